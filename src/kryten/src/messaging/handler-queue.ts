import type { Logger } from "../logger.js";
import { bounded } from "../waiting.js";

interface HandlerQueueOptions {
  /** Tasks that run at once. */
  maxRunning: number;
  /** Tasks that wait; beyond that the oldest is dropped. */
  maxWaiting: number;
  logger: Logger;
  /** Told of every task that is dropped because too many waited. */
  onDropped: () => void;
}

/** Runs handlers at once up to a limit, further ones in the order they came. */
export class HandlerQueue {
  readonly #options: HandlerQueueOptions;
  #running = 0;
  #waiting: { start: () => void; skip: () => void }[] = [];
  #next = 0;
  #warned = false;
  readonly #onIdle: (() => void)[] = [];

  constructor(options: HandlerQueueOptions) {
    this.#options = options;
  }

  /** Starts the task before it returns when there is room. Resolves to undefined when its turn never comes. */
  run<T>(task: () => Promise<T>): Promise<T | undefined> {
    if (this.#countWaiting() === 0) this.#warned = false;
    if (this.#running < this.#options.maxRunning) return this.#start(task);
    return new Promise((resolve, reject) => {
      const start = () => void this.#start(task).then(resolve, reject);
      this.#waiting.push({ start, skip: () => resolve(undefined) });
      if (this.#countWaiting() > this.#options.maxWaiting) this.#drop();
    });
  }

  /** Skips what has not started. */
  clear(): void {
    const skipped = this.#waiting.slice(this.#next);
    this.#waiting = [];
    this.#next = 0;
    for (const { skip } of skipped) skip();
  }

  /** Skips what has not started and waits for what runs, but no longer than this. */
  async close(graceMs: number): Promise<void> {
    this.clear();
    if (this.#running === 0) return;
    const idle = new Promise<void>((resolve) => {
      this.#onIdle.push(resolve);
    });
    await bounded(idle, { timeoutMs: graceMs }).catch(() => {});
  }

  async #start<T>(task: () => Promise<T>): Promise<T> {
    this.#running++;
    try {
      return await task();
    } finally {
      this.#running--;
      this.#shift()?.start();
      if (this.#running === 0) for (const resolve of this.#onIdle.splice(0)) resolve();
    }
  }

  /** Warns once per overload: a line for each task would make it worse. */
  #drop(): void {
    this.#shift()?.skip();
    this.#options.onDropped();
    if (this.#warned) return;
    this.#warned = true;
    this.#options.logger.warn(
      "handlers are slower than events come; the oldest events that wait are dropped",
    );
  }

  #countWaiting(): number {
    return this.#waiting.length - this.#next;
  }

  #shift() {
    if (this.#countWaiting() === 0) return undefined;
    const first = this.#waiting[this.#next++];
    // Dropping the head one by one would cost a move of the whole queue each time.
    if (this.#next > 1024 && this.#next * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
    return first;
  }
}
