/** Node fires timers with a longer delay at once, so a longer limit is treated as no limit. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * A time limit and the caller's signal as one signal. Dispose it when the work is over: the timer goes, and so does
 * the listener on a signal that may live as long as the application (`AbortSignal.any` would leave it there).
 */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #abort = (): void => this.#controller.abort(this.#outer?.reason);
  /** The time ran out, and not because the caller's signal aborted first. */
  expired = false;

  /** @throws RangeError for a time that is no number, or below zero. */
  constructor(timeoutMs?: number | null, signal?: AbortSignal) {
    if (timeoutMs != null && !(timeoutMs >= 0))
      throw new RangeError("timeout must be a number of milliseconds, 0 or more");
    this.#outer = signal;
    if (signal?.aborted) this.#abort();
    else signal?.addEventListener("abort", this.#abort, { once: true });
    if (timeoutMs != null && timeoutMs <= LONGEST_TIMER_MS) {
      this.#timer = setTimeout(() => this.#expire(), timeoutMs);
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Settles as `work` does, or resolves to undefined when the limit or the signal ends it first. */
  async race<T>(work: Promise<T>): Promise<T | undefined> {
    const { signal } = this;
    if (signal.aborted) return undefined;
    let stop = (): void => undefined;
    const stopped = new Promise<undefined>((resolve) => {
      stop = () => resolve(undefined);
      signal.addEventListener("abort", stop, { once: true });
    });
    try {
      return await Promise.race([work, stopped]);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener("abort", this.#abort);
  }

  #expire(): void {
    if (this.signal.aborted) return;
    this.expired = true;
    this.#controller.abort();
  }
}

/** @throws RangeError unless `value` is a number above zero (`Infinity` = no limit). */
export function checkTimeout(name: string, value: number): number {
  if (typeof value === "number" && value > 0) return value;
  throw new RangeError(`${name} must be a number of milliseconds above zero`);
}
