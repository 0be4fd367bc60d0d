/** Slots of passed items that may pile up at the front before they are cut off: shifting one by one is quadratic. */
const MAX_PASSED = 256;

/** First in, first out, up to a limit: beyond it the oldest item makes room for the newest. */
export class BoundedQueue<Item> {
  readonly #limit: number;
  #items: (Item | undefined)[] = [];
  #head = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#items.length - this.#head;
  }

  /** False when the oldest item was dropped for it. */
  push(item: Item): boolean {
    this.#items.push(item);
    if (this.size <= this.#limit) return true;
    this.shift();
    return false;
  }

  shift(): Item | undefined {
    if (this.size === 0) return undefined;
    const first = this.#items[this.#head];
    this.#items[this.#head] = undefined; // a message may be megabytes, and its slot stays a while
    this.#head += 1;
    if (this.#head >= MAX_PASSED || this.size === 0) {
      this.#items.splice(0, this.#head);
      this.#head = 0;
    }
    return first;
  }

  clear(): void {
    this.#items = [];
    this.#head = 0;
  }
}
