/** Ids kept over all channels, as long as that leaves every channel its share. */
const CAPACITY = 10_000;
/** The server replays this many messages a channel after a reconnect; forgetting one would deliver it twice. */
const CHANNEL_SHARE = 500;

/**
 * Ids of messages already delivered. Above capacity the fullest channel forgets its oldest id, but no channel forgets
 * what the server can replay.
 */
export class SeenIds {
  readonly #channels = new Map<string, Set<string>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** True when the id is new. */
  add(channel: string, id: string): boolean {
    const ids = this.#channels.get(channel) ?? new Set();
    this.#channels.set(channel, ids);
    if (ids.has(id)) return false;
    ids.add(id);
    this.#size += 1;
    if (this.#size > CAPACITY) this.#forgetOne(ids);
    return true;
  }

  #forgetOne(current: Set<string>): void {
    const fullest = current.size > CHANNEL_SHARE ? current : this.#fullest();
    if (fullest.size <= CHANNEL_SHARE) return;
    const oldest = fullest.values().next();
    if (oldest.done) return;
    fullest.delete(oldest.value);
    this.#size -= 1;
  }

  #fullest(): Set<string> {
    let fullest = new Set<string>();
    for (const ids of this.#channels.values()) if (ids.size > fullest.size) fullest = ids;
    return fullest;
  }
}
