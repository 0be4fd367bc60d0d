import { LONGEST_TIMER_MS } from "../deadline.js";

/**
 * Notices that nothing was heard for a while. Can be paused, and is fair to a busy process: when the time is up, the
 * event loop gets one more turn to deliver what has already arrived. Does not keep the process alive.
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

  /** Starts the time, or restarts it. */
  start(): void {
    this.stop();
    if (this.#ms > LONGEST_TIMER_MS) return;
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
