/** From here on a `Set` finds things sooner. */
const MANY = 8;

/** A set of things of which there is nearly always one: then it takes a fourth of the memory of a `Set`. */
export class SmallSet<T> implements Iterable<T> {
  #items: T[] | Set<T>;

  constructor(first: T) {
    this.#items = [first];
  }

  has(item: T): boolean {
    return Array.isArray(this.#items) ? this.#items.includes(item) : this.#items.has(item);
  }

  add(item: T): void {
    if (!Array.isArray(this.#items)) this.#items.add(item);
    else if (this.#items.includes(item)) return;
    else if (this.#items.push(item) > MANY) this.#items = new Set(this.#items);
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#items[Symbol.iterator]();
  }
}
