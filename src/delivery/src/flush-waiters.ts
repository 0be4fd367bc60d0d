import { startTimer } from "./timer.js";

interface Waiter {
  readonly upTo: number;
  remaining: number;
  readonly resolve: (flushed: boolean) => void;
}

/** Counts unsettled items, and resolves waits for all items up to a certain one. */
export class FlushWaiters {
  readonly #waiters = new Set<Waiter>();
  #unsettled = 0;

  get unsettled(): number {
    return this.#unsettled;
  }

  added(): void {
    this.#unsettled++;
  }

  settled(id: number): void {
    this.#unsettled--;
    for (const waiter of this.#waiters) {
      if (id <= waiter.upTo && --waiter.remaining === 0) this.#wake(waiter, true);
    }
  }

  /**
   * Waits until all items added so far, `upTo` being the last, are settled.
   * @param holds whether the wait keeps the process alive
   */
  wait(upTo: number, timeoutMs: number, holds: boolean): Promise<boolean> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        upTo,
        remaining: this.#unsettled,
        resolve: (flushed) => {
          clearTimeout(timer);
          resolve(flushed);
        },
      };
      const timer = startTimer(() => this.#wake(waiter, false), timeoutMs);
      if (!holds) timer.unref();
      this.#waiters.add(waiter);
    });
  }

  /** Resolves every wait: what is still unsettled will not be settled soon. */
  giveUp(): void {
    for (const waiter of this.#waiters) this.#wake(waiter, waiter.remaining === 0);
  }

  #wake(waiter: Waiter, flushed: boolean): void {
    this.#waiters.delete(waiter);
    waiter.resolve(flushed);
  }
}
