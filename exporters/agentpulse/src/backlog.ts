/** Work for one turn of the event loop, in milliseconds. */
const SLICE_MS = 5;

/**
 * Does small pieces of work in order, soon, in slices between which the event loop turns. Does not keep the process
 * up.
 */
export class Backlog<Item> {
  readonly #work: (item: Item) => void;
  #items: Item[] = [];
  #next = 0;
  #isScheduled = false;

  /** @param work must not throw */
  constructor(work: (item: Item) => void) {
    this.#work = work;
  }

  add(item: Item): void {
    this.#items.push(item);
    if (!this.#isScheduled) this.#schedule();
  }

  #schedule(): void {
    this.#isScheduled = true;
    setImmediate(() => this.#slice()).unref();
  }

  #slice(): void {
    const until = performance.now() + SLICE_MS;
    do {
      this.#work(this.#items[this.#next++] as Item);
    } while (this.#next < this.#items.length && performance.now() < until);
    if (this.#next < this.#items.length) this.#schedule();
    else {
      this.#items = [];
      this.#next = 0;
      this.#isScheduled = false;
    }
  }
}
