/**
 * Those who wait for a change. A wait that is given up leaves nothing behind; a handler on a promise would stay until the
 * promise settles, one for each time somebody polls.
 */
export class Waiters {
  readonly #waiting = new Set<() => void>();

  /** Resolves at the next `wake`, or when the signal aborts. */
  wait(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const stop = (): void => {
        this.#waiting.delete(stop);
        signal?.removeEventListener("abort", stop);
        resolve();
      };
      this.#waiting.add(stop);
      signal?.addEventListener("abort", stop, { once: true });
    });
  }

  wake(): void {
    for (const stop of [...this.#waiting]) stop();
  }
}
