/**
 * A set that remembers the last so many texts at least, and twice as many at most: in two halves, of which the older
 * one is forgotten as a whole. That takes a fraction of what an order of all of them would.
 */
export class RecentSet {
  readonly #size: number;
  #recent = new Set<string>();
  #older = new Set<string>();

  constructor(size: number) {
    this.#size = size;
  }

  has(text: string): boolean {
    return this.#recent.has(text) || this.#older.has(text);
  }

  /** Whether it was new. What is added again counts as recent. */
  add(text: string): boolean {
    const before = this.#recent.size;
    this.#recent.add(text);
    if (this.#recent.size === before) return false;
    const isNew = !this.#older.has(text);
    if (this.#recent.size >= this.#size) {
      this.#older = this.#recent;
      this.#recent = new Set();
    }
    return isNew;
  }
}
