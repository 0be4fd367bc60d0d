/** Places that were left behind are given back in lots, so that it costs next to nothing. */
const LOT = 1_024;

/** A first-in, first-out list whose `shift` does not move the rest. Holds on to nothing that has left it. */
export class Fifo<Item> {
  #items: (Item | undefined)[] = [];
  /** Where the first item stands. */
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  peek(ahead = 0): Item | undefined {
    return this.#items[this.#head + ahead];
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  shift(): Item | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    if (this.length === 0) this.replace([]);
    else if (this.#head >= LOT && this.#head >= this.length) this.replace(this.rest());
    return item;
  }

  /** All items, the first one first. */
  rest(): Item[] {
    return this.#items.slice(this.#head) as Item[];
  }

  /** @param items become the list's own */
  replace(items: Item[]): void {
    this.#items = items;
    this.#head = 0;
  }
}
