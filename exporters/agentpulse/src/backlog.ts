/** Work for one turn of the event loop, in milliseconds. */
const SLICE_MS = 2;
/** Items that left the list are let go of in lots, so that letting go costs next to nothing. */
const GONE_LOT = 1_024;

/**
 * Does small pieces of work in order, in slices between which the event loop turns, the first of them in the next turn.
 * Forgets the oldest of more than it holds. Does not keep the process up.
 */
export class Backlog<Item> {
  readonly #capacity: number;
  readonly #work: (item: Item) => void;
  #items: Item[] = [];
  /** Where the oldest item stands. */
  #head = 0;
  #isScheduled = false;

  /** @param work must not throw */
  constructor(capacity: number, work: (item: Item) => void) {
    this.#capacity = capacity;
    this.#work = work;
  }

  get #size(): number {
    return this.#items.length - this.#head;
  }

  add(item: Item): void {
    this.#items.push(item);
    if (this.#size > this.#capacity) this.#shift();
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#slice()).unref();
  }

  #slice(): void {
    const until = performance.now() + SLICE_MS;
    do this.#work(this.#shift());
    while (this.#size > 0 && performance.now() < until);
    this.#isScheduled = false;
    if (this.#size > 0) this.#schedule();
  }

  #shift(): Item {
    const item = this.#items[this.#head++] as Item;
    if (this.#size === 0 || (this.#head >= GONE_LOT && this.#head >= this.#size)) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
