import { Fifo } from "./fifo.js";

/** One item on its way, and whom to call when it is settled. */
export interface Entry<Item> {
  readonly id: number;
  readonly item: Item;
  readonly lane: string;
  readonly done: ((delivered: boolean) => void) | undefined;
  /** How often it was put back because no item of its batch could be delivered. */
  rounds: number;
  waiting: boolean;
  /** What `sizeOf` said, once. */
  bytes: number | undefined;
  /** When it is dropped, by `performance.now()`, because the system clock may be changed. */
  readonly expiresAt: number | undefined;
}

export interface BatchLimits {
  maxItems: number;
  maxBytes: number;
}

/** Measures and groups items when a batch is formed, never while they are added. */
export interface Grouping<Item> {
  readonly sizeOf: ((item: Item) => number) | undefined;
  readonly together: ((previous: Item, next: Item) => boolean) | undefined;
}

/** Puts entries back where they were. */
function insert<Item>(list: Fifo<Entry<Item>>, entries: readonly Entry<Item>[]): void {
  list.replace([...entries, ...list.rest()].sort((a, b) => a.id - b.id));
}

/** The bounded store of waiting entries: in order within a lane, oldest dropped first over all lanes. */
export class WaitingRoom<Item> {
  readonly #lanes = new Map<string, Fifo<Entry<Item>>>();
  /** All entries by age. Those that have left are skipped, and removed once they outnumber the waiting ones. */
  readonly #byAge = new Fifo<Entry<Item>>();
  readonly #capacity: number;
  readonly #grouping: Grouping<Item>;
  #size = 0;

  constructor(capacity: number, grouping: Grouping<Item>) {
    this.#capacity = capacity;
    this.#grouping = grouping;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds an entry at the end of its lane. Returns the oldest entry if that had to make room. */
  add(entry: Entry<Item>): Entry<Item> | undefined {
    this.#lane(entry.lane).push(entry);
    this.#byAge.push(entry);
    entry.waiting = true;
    this.#size++;
    return this.#size > this.#capacity ? this.#dropOldest() : undefined;
  }

  /** The lane whose turn it is, except `busy` ones. */
  nextLane(busy: ReadonlySet<string>): string | undefined {
    for (const [name, lane] of this.#lanes) {
      this.#discardGone(lane);
      if (lane.length === 0) this.#lanes.delete(name);
      else if (!busy.has(name)) return name;
    }
    return undefined;
  }

  /** Measures the next batch of a lane for at most `budgetMs`, but at least one item; `false` if there is more to do. */
  measure(name: string, limits: BatchLimits, budgetMs: number): boolean {
    if (this.#grouping.sizeOf === undefined) return true;
    const lane = this.#lane(name);
    const until = performance.now() + budgetMs;
    let items = 0;
    let bytes = 0;
    for (let ahead = 0; items < limits.maxItems && bytes <= limits.maxBytes; ahead++) {
      const entry = lane.peek(ahead);
      if (entry === undefined) return true;
      if (!entry.waiting) continue;
      const measured = entry.bytes !== undefined;
      if (!measured && items > 0 && performance.now() >= until) return false;
      bytes += this.#bytesOf(entry);
      items++;
    }
    return true;
  }

  /** Takes the next batch of a lane. Never empty while something waits there, even if a single item is too large. */
  take(name: string, limits: BatchLimits): Entry<Item>[] {
    const lane = this.#lane(name);
    const batch: Entry<Item>[] = [];
    let bytes = 0;
    for (let entry = this.#first(lane); entry !== undefined; entry = this.#first(lane)) {
      const last = batch.at(-1);
      bytes += this.#bytesOf(entry);
      if (last && (batch.length >= limits.maxItems || bytes > limits.maxBytes)) break;
      if (last && !this.#mayShare(last, entry)) break;
      lane.shift();
      this.#leave(entry);
      batch.push(entry);
    }
    // The lane goes to the end of the round-robin, so that a busy one does not starve the others.
    this.#lanes.delete(name);
    if (lane.length > 0) this.#lanes.set(name, lane);
    return batch;
  }

  /** Returns entries to the front of their lane, as if they had never been taken. */
  putBack(entries: readonly Entry<Item>[]): Entry<Item>[] {
    for (const entry of entries) entry.waiting = true;
    this.#size += entries.length;
    insert(this.#byAge, entries);
    const lanes = new Map<string, Entry<Item>[]>();
    for (const entry of entries) lanes.set(entry.lane, [...(lanes.get(entry.lane) ?? []), entry]);
    for (const [name, returned] of lanes) insert(this.#lane(name), returned);
    const dropped: Entry<Item>[] = [];
    while (this.#size > this.#capacity) dropped.push(this.#dropOldest() as Entry<Item>);
    return dropped;
  }

  /** Empties the room. */
  clear(): Entry<Item>[] {
    const all: Entry<Item>[] = [];
    for (let entry = this.#dropOldest(); entry !== undefined; entry = this.#dropOldest()) all.push(entry);
    this.#lanes.clear();
    return all;
  }

  #lane(name: string): Fifo<Entry<Item>> {
    let lane = this.#lanes.get(name);
    if (!lane) {
      lane = new Fifo();
      this.#lanes.set(name, lane);
    }
    return lane;
  }

  /** An item that cannot be measured counts as nothing; the transport will fail on it. */
  #bytesOf(entry: Entry<Item>): number {
    try {
      entry.bytes ??= this.#grouping.sizeOf?.(entry.item) ?? 0;
    } catch {
      entry.bytes = 0;
    }
    return entry.bytes;
  }

  #mayShare(previous: Entry<Item>, next: Entry<Item>): boolean {
    try {
      return this.#grouping.together?.(previous.item, next.item) ?? true;
    } catch {
      return false;
    }
  }

  #first(lane: Fifo<Entry<Item>>): Entry<Item> | undefined {
    this.#discardGone(lane);
    return lane.peek();
  }

  #discardGone(list: Fifo<Entry<Item>>): void {
    while (list.peek()?.waiting === false) list.shift();
  }

  #leave(entry: Entry<Item>): void {
    entry.waiting = false;
    this.#size--;
    const gone = this.#byAge.length - this.#size;
    // An item may be large: the last one to leave leaves nothing behind.
    if (this.#size === 0 || gone > this.#size + 64) {
      this.#byAge.replace(this.#byAge.rest().filter(({ waiting }) => waiting));
    }
  }

  #dropOldest(): Entry<Item> | undefined {
    this.#discardGone(this.#byAge);
    const oldest = this.#byAge.shift();
    if (oldest) this.#leave(oldest);
    return oldest;
  }
}
