import { Fifo } from "@kit/delivery";

/** Longest work in one turn of the event loop, in milliseconds. */
const SLICE_MS = 2;

/**
 * Does small pieces of work in order, in slices between which the event loop turns, starting in the next turn. Beyond its
 * capacity the oldest item is forgotten. Does not keep the process alive.
 */
export class Backlog<Item> {
  readonly #capacity: number;
  readonly #work: (item: Item) => void;
  readonly #items = new Fifo<Item>();
  #isScheduled = false;

  /** @param work must not throw */
  constructor(capacity: number, work: (item: Item) => void) {
    this.#capacity = capacity;
    this.#work = work;
  }

  add(item: Item): void {
    this.#items.push(item);
    if (this.#items.length > this.#capacity) this.#items.shift();
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#slice()).unref();
  }

  #slice(): void {
    const until = performance.now() + SLICE_MS;
    do this.#work(this.#items.shift() as Item);
    while (this.#items.length > 0 && performance.now() < until);
    this.#isScheduled = false;
    if (this.#items.length > 0) this.#schedule();
  }
}
