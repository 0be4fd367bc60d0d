import { bounded, sleep } from "../waiting.js";

/** Spaces out chat lines, in the order they came. */
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
   * Waits for this line's turn, then until it can be sent; resolves to the seconds that took. Lines behind it wait for
   * both. A line that is aborted or cannot be sent uses up no delay.
   */
  async enter(canSend: () => Promise<unknown>, ...signals: (AbortSignal | undefined)[]): Promise<number> {
    const started = performance.now();
    let waited = this.#queued++ > 0;
    const turn = this.#last.then(async () => {
      const wait = this.#nextAt - performance.now();
      waited ||= wait > 0;
      if (wait > 0 || signals.some((signal) => signal?.aborted)) await sleep(Math.max(0, wait), ...signals);
      const sendable = await canSend().then(
        () => true,
        () => false,
      );
      if (sendable) this.#nextAt = performance.now() + this.#minDelayMs + Math.random() * this.#jitterMs;
    });
    this.#last = turn.catch(() => {}).finally(() => this.#queued--);
    await signals.reduce((wait, signal) => bounded(wait, { signal }), turn);
    return waited ? (performance.now() - started) / 1000 : 0;
  }
}
