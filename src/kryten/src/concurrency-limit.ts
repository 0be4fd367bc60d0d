/** Why a task was dropped before it started: too many waited behind it. */
export class OverflowError extends Error {
  override readonly name = "OverflowError";
}

/** Runs tasks at once up to a limit, further ones in the order they came; when too many wait, the oldest is dropped. */
export class ConcurrencyLimit {
  readonly #limit: number;
  readonly #maxWaiting: number;
  #running = 0;
  #waiting: { start: () => void; drop: (reason: Error) => void }[] = [];
  #next = 0;
  readonly #onIdle: (() => void)[] = [];

  constructor(limit: number, maxWaiting = Number.POSITIVE_INFINITY) {
    this.#limit = limit;
    this.#maxWaiting = maxWaiting;
  }

  get waiting(): number {
    return this.#waiting.length - this.#next;
  }

  /** Starts the task before it returns when there is room. Rejects with an OverflowError when the task is dropped. */
  run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running < this.#limit) return this.#start(task);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ start: () => this.#start(task).then(resolve, reject), drop: reject });
      if (this.waiting > this.#maxWaiting) this.#shift()?.drop(new OverflowError("too many tasks wait"));
    });
  }

  /** Resolves when nothing runs, at once if so. */
  idle(): Promise<void> {
    if (this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle.push(resolve);
    });
  }

  /** Rejects what has not started. */
  clear(reason: Error): void {
    const dropped = this.#waiting.slice(this.#next);
    this.#waiting = [];
    this.#next = 0;
    for (const { drop } of dropped) drop(reason);
  }

  async #start<T>(task: () => Promise<T>): Promise<T> {
    this.#running++;
    try {
      return await task();
    } finally {
      this.#running--;
      this.#startNext();
      if (this.#running === 0) for (const resolve of this.#onIdle.splice(0)) resolve();
    }
  }

  #startNext(): void {
    this.#shift()?.start();
  }

  #shift() {
    if (this.waiting === 0) return undefined;
    const first = this.#waiting[this.#next++];
    // Dropping the head one by one would cost a move of the whole queue each time.
    if (this.#next > 1024 && this.#next * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
    return first;
  }
}
