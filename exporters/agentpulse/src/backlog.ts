/** Work for one turn of the event loop, in milliseconds. */
const SLICE_MS = 2;

/**
 * Does small pieces of work in order, after a while, in slices between which the event loop turns. Does not keep the
 * process up.
 */
export class Backlog<Item> {
  readonly #work: (item: Item) => void;
  readonly #delayMs: number;
  #items: Item[] = [];
  #next = 0;
  #isScheduled = false;

  /** @param work must not throw */
  constructor(delayMs: number, work: (item: Item) => void) {
    this.#delayMs = delayMs;
    this.#work = work;
  }

  add(item: Item): void {
    this.#items.push(item);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setTimeout(() => this.#slice(), this.#delayMs).unref();
  }

  #slice(): void {
    const until = performance.now() + SLICE_MS;
    do {
      this.#work(this.#items[this.#next++] as Item);
    } while (this.#next < this.#items.length && performance.now() < until);
    if (this.#next < this.#items.length) setImmediate(() => this.#slice()).unref();
    else {
      this.#items = [];
      this.#next = 0;
      this.#isScheduled = false;
    }
  }
}
