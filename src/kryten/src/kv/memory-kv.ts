import { assertKey, type KvBucket, type KvEntry, type KvStore } from "./kv-store.js";

/** Buckets in memory, with the rules of the real ones. They outlive a reconnection. */
export class MemoryKvStore implements KvStore {
  readonly #buckets = new Map<string, MemoryBucket>();

  async bind(bucket: string): Promise<KvBucket | undefined> {
    return this.#buckets.get(bucket);
  }

  async bindOrCreate(bucket: string): Promise<KvBucket> {
    const existing = this.#buckets.get(bucket);
    if (existing) return existing;
    const created = new MemoryBucket();
    this.#buckets.set(bucket, created);
    return created;
  }

  forget(): void {}
}

class MemoryBucket implements KvBucket {
  readonly #entries = new Map<string, KvEntry>();
  #revision = 0;

  async get(key: string): Promise<KvEntry | null> {
    assertKey(key);
    return this.#entries.get(key) ?? null;
  }

  async put(key: string, value: Uint8Array | string): Promise<number> {
    assertKey(key);
    const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value.slice();
    this.#entries.set(key, { operation: "PUT", value: bytes });
    return ++this.#revision;
  }

  async delete(key: string): Promise<void> {
    assertKey(key);
    this.#entries.set(key, { operation: "DEL", value: new Uint8Array() });
  }

  async keys(): Promise<AsyncIterable<string>> {
    const held = [...this.#entries].filter(([, entry]) => entry.operation === "PUT").map(([key]) => key);
    return (async function* () {
      yield* held;
    })();
  }
}
