/**
 * Notices that nothing was heard for a while. Pausable, and fair to a busy process: when the time is up, the event
 * loop gets one turn to deliver what had already arrived. Keeps no process alive.
 */
export class Silence {
  readonly #ms: number;
  readonly #onSilence: () => void;
  #timer: NodeJS.Timeout | undefined;
  #lastTurn: NodeJS.Immediate | undefined;

  constructor(ms: number, onSilence: () => void) {
    this.#ms = ms;
    this.#onSilence = onSilence;
  }

  /** Starts to listen, anew if it already did. */
  start(): void {
    this.stop();
    this.#timer = setTimeout(() => {
      this.#lastTurn = setImmediate(this.#onSilence);
    }, this.#ms);
    this.#timer.unref();
  }

  heard(): void {
    if (this.#timer === undefined) return;
    if (this.#lastTurn !== undefined) clearImmediate(this.#lastTurn);
    this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
    if (this.#lastTurn !== undefined) clearImmediate(this.#lastTurn);
    this.#timer = undefined;
    this.#lastTurn = undefined;
  }
}
