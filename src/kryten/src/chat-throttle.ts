import { bounded, sleep } from "./waiting.js";

/** Lets chat lines out one after the other, in the order they came. */
export class ChatThrottle {
  readonly #minDelayMs: number;
  readonly #jitterMs: number;
  #last: Promise<unknown> = Promise.resolve();
  #nextAt = 0;
  #queued = 0;

  constructor(minDelayMs: number, jitterMs: number) {
    this.#minDelayMs = minDelayMs;
    this.#jitterMs = jitterMs;
  }

  /**
   * Resolves to the seconds waited when it is this line's turn, and the line can be sent: those behind it wait for
   * that, too, and go on when it cannot. An aborted line gives its turn away at once.
   */
  async enter(canSend: () => Promise<unknown>, ...signals: (AbortSignal | undefined)[]): Promise<number> {
    const started = performance.now();
    let held = this.#queued++ > 0;
    let given = false;
    const turn = this.#last.then(async () => {
      if (given) return;
      const wait = this.#nextAt - performance.now();
      held ||= wait > 0;
      if (wait > 0 || signals.some((signal) => signal?.aborted)) await sleep(Math.max(0, wait), ...signals);
      const sendable = await canSend().then(
        () => true,
        () => false,
      );
      if (sendable) this.#nextAt = performance.now() + this.#minDelayMs + Math.random() * this.#jitterMs;
    });
    this.#last = turn.catch(() => {}).finally(() => this.#queued--);
    try {
      await signals.reduce((wait, signal) => bounded(wait, { signal }), turn);
    } catch (error) {
      given = true;
      throw error;
    }
    return held ? (performance.now() - started) / 1000 : 0;
  }
}
