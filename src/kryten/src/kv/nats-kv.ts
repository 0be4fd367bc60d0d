import type { JetStreamClient, KV, NatsConnection } from "nats";
import { readCode } from "../errors.js";
import { assertKey, type CreateBucketOptions, type KvBucket, type KvStore } from "./kv-store.js";

const BUCKET_DEFAULTS = { history: 1, maxValueSize: 1_048_576 };

/** Buckets of a JetStream server, remembered once bound. */
export class NatsKvStore implements KvStore {
  readonly #connection: NatsConnection;
  readonly #bound = new Map<string, KV>();
  readonly #creating = new Map<string, Promise<KvBucket>>();
  #jetstream: JetStreamClient | undefined;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  async bind(name: string): Promise<KvBucket | undefined> {
    const known = this.#bound.get(name);
    if (known) return known;
    const bucket = await this.#views.kv(name, { bindOnly: true });
    try {
      // Binding to a bucket that does not exist succeeds; only its status tells.
      await bucket.status();
    } catch (error) {
      if (readCode(error) === "404") return undefined;
      throw error;
    }
    return this.#remember(name, bucket);
  }

  /** Concurrent callers share one creation. */
  bindOrCreate(name: string, options: CreateBucketOptions): Promise<KvBucket> {
    const pending = this.#creating.get(name);
    if (pending) return pending;
    const creating = this.#bindOrCreate(name, options).finally(() => this.#creating.delete(name));
    this.#creating.set(name, creating);
    return creating;
  }

  async #bindOrCreate(name: string, options: CreateBucketOptions): Promise<KvBucket> {
    const existing = await this.bind(name);
    if (existing) return existing;
    await this.#views.kv(name, {
      ...BUCKET_DEFAULTS,
      description: options.description ?? `Kryten ${name}`,
      ...(options.maxValueSize === undefined ? {} : { maxValueSize: options.maxValueSize }),
    });
    // Bound anew: what creating returns reads through replicas, which may lag behind one's own writes, and
    // waits for its time-out where a bucket was deleted.
    return (await this.bind(name)) as KvBucket;
  }

  forget(name?: string): void {
    if (name === undefined) this.#bound.clear();
    else this.#bound.delete(name);
  }

  get #views() {
    this.#jetstream ??= this.#connection.jetstream();
    return this.#jetstream.views;
  }

  #remember(name: string, bucket: KV): KV {
    // The check of `nats` refuses keys that the server stores, `user:alice` among them.
    (bucket as KV & { validateKey: (key: string) => void }).validateKey = assertKey;
    this.#bound.set(name, bucket);
    return bucket;
  }
}
