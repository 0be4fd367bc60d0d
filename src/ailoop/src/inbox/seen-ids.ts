/** Ids kept, as long as that leaves every channel its share. */
const CAPACITY = 10_000;
/** The server replays this many messages a channel after a reconnect; forgetting one would deliver it twice. */
const CHANNEL_SHARE = 500;
/** Ids kept at most. Anybody may send on new channels, so their shares have to end somewhere. */
const LIMIT = 100_000;

/** Ids of messages already delivered, by channel: what a channel may be replayed is kept for as many as possible. */
export class SeenIds {
  /** The channel that spoke last comes last. */
  readonly #channels = new Map<string, Set<string>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** True when the id is new. */
  add(channel: string, id: string): boolean {
    const ids = this.#channels.get(channel) ?? new Set();
    if (ids.has(id)) return false;
    this.#channels.delete(channel);
    this.#channels.set(channel, ids.add(id));
    this.#size += 1;
    if (this.#size > CAPACITY && ids.size > CHANNEL_SHARE) this.#forgetOldest(ids);
    else if (this.#size > LIMIT) this.#forgetSilent();
    return true;
  }

  #forgetOldest(ids: Set<string>): void {
    const [oldest] = ids;
    if (oldest !== undefined && ids.delete(oldest)) this.#size -= 1;
  }

  /** Forgets the channel that was silent the longest. */
  #forgetSilent(): void {
    const [silent] = this.#channels;
    if (silent === undefined) return;
    const [channel, ids] = silent;
    this.#channels.delete(channel);
    this.#size -= ids.size;
  }
}
