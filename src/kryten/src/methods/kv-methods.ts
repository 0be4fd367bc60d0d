import { context as contexts, type Span, SpanKind } from "@opentelemetry/api";
import { assertChannel, readCallOptions } from "../arguments.js";
import { KrytenConnectionError, KrytenError, KrytenTimeoutError, PublishError, readCode } from "../errors.js";
import type { PlaylistItem } from "../events/event-map.js";
import { isObject, type JsonObject } from "../json.js";
import {
  encodeValue,
  type KvGetOptions,
  type KvPutOptions,
  listKeys,
  readAll,
  readStored,
  type Stored,
  valueOr,
} from "../kv/kv.js";
import {
  assertBucket,
  assertKey,
  bucketTemplate,
  type CreateBucketOptions,
  isBridgeBucket,
  type KvBucket,
  type KvStore,
} from "../kv/kv-store.js";
import type { Messenger } from "../messaging/messenger.js";
import { bounded } from "../waiting.js";
import { SafeMethods } from "./safe-methods.js";

/** Options of everything that reads or writes a bucket. */
export interface KvOptions {
  /** Rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** A bucket that is gone: not found when it is read, nobody to take what is written. */
const DELETED: ReadonlySet<string> = new Set(["404", "503"]);

interface KvCall extends KvOptions {
  operation: "put" | "get" | "delete" | "keys" | "get_all" | "create";
  bucket: string;
  key?: string | undefined;
}

/** Values that stay: buckets of the service's own, and those in which the bridge keeps a channel's state. */
export abstract class KvMethods extends SafeMethods {
  protected abstract get messenger(): Messenger;

  /**
   * Stores a value: bytes and text as they are, objects as JSON, anything else as its text; `asJson` makes
   * all of them JSON. A missing bucket is created, unless it is one that only the bridge may create.
   */
  async kvPut(bucket: string, key: string, value: unknown, options: KvPutOptions = {}): Promise<void> {
    assertKey(key);
    const { asJson = false, signal } = readCallOptions(options);
    const bytes = encodeValue(value, asJson);
    await this.#kv({ operation: "put", bucket, key, signal }, async (store, span) => {
      span.setAttribute("kryten.kv.value.size", bytes.length);
      const put = async () => (await this.#writable(store, bucket)).put(key, bytes);
      await retryOnce(store, bucket, put);
    });
  }

  async #writable(store: KvStore, bucket: string, options: CreateBucketOptions = {}): Promise<KvBucket> {
    if (!isBridgeBucket(bucket)) return store.bindOrCreate(bucket, options);
    return (await store.bind(bucket)) ?? missing("the bridge has not created this bucket yet");
  }

  /** Bytes, or the parsed value with `parseJson`; the default when there is nothing to give. */
  kvGet<T>(
    bucket: string,
    key: string,
    options: KvGetOptions<T> & { parseJson: true; default: T & {} },
  ): Promise<T>;
  kvGet<T, D = null>(
    bucket: string,
    key: string,
    options: KvGetOptions<D> & { parseJson: true },
  ): Promise<T | D>;
  kvGet<D = null>(
    bucket: string,
    key: string,
    options?: KvGetOptions<D> & { parseJson?: false },
  ): Promise<Uint8Array | D>;
  kvGet<D = null>(bucket: string, key: string, options?: KvGetOptions<D>): Promise<unknown>;
  async kvGet(bucket: string, key: string, options: KvGetOptions<unknown> = {}): Promise<unknown> {
    assertKey(key);
    const { parseJson = false, signal, default: fallback } = readCallOptions(options);
    return this.#kv({ operation: "get", bucket, key, signal }, async (store, span) => {
      const stored = await inBucket<Stored>(store, bucket, { kind: "nothing" }, (bound) =>
        readStored(bound, key, parseJson),
      );
      span.setAttribute("kryten.kv.hit", stored.kind === "value");
      if (stored.kind === "value") span.setAttribute("kryten.kv.value.size", stored.size);
      if (stored.kind === "no JSON") this.warn(`a value in ${bucket} is not JSON; the default is used`);
      return valueOr(stored, fallback);
    });
  }

  /** A key or bucket that does not exist is as good as deleted. */
  async kvDelete(bucket: string, key: string, options: KvOptions = {}): Promise<void> {
    assertKey(key);
    const { signal } = readCallOptions(options);
    await this.#kv({ operation: "delete", bucket, key, signal }, (store) =>
      inBucket(store, bucket, undefined, (bound) => bound.delete(key)),
    );
  }

  /** Without deleted keys; none for a missing bucket. */
  async kvKeys(bucket: string, options: KvOptions = {}): Promise<string[]> {
    const { signal } = readCallOptions(options);
    return this.#kv({ operation: "keys", bucket, signal }, (store) => inBucket(store, bucket, [], listKeys));
  }

  /** Without nulls, empty values and, with `parseJson`, what is no JSON. */
  async kvGetAll(bucket: string, options: KvOptions & { parseJson?: boolean } = {}): Promise<JsonObject> {
    const { parseJson = false, signal } = readCallOptions(options);
    return this.#kv({ operation: "get_all", bucket, signal }, (store) =>
      inBucket(store, bucket, {}, (bound) => readAll(bound, parseJson)),
    );
  }

  /** The bucket itself, for what the helpers do not do. @throws KrytenError when there is none */
  async getKvBucket(bucket: string, options: KvOptions = {}): Promise<KvBucket> {
    const { signal } = readCallOptions(options);
    return this.#kv({ operation: "get", bucket, signal }, async (store) => {
      store.forget(bucket); // it may have been deleted since it was bound
      return (await store.bind(bucket)) ?? missing("no such bucket");
    });
  }

  /** The upstream library's name for {@link getKvBucket}. */
  getKvStore(bucket: string, options: KvOptions = {}): Promise<KvBucket> {
    return this.getKvBucket(bucket, options);
  }

  /** An existing bucket keeps the options it has. */
  async getOrCreateKvBucket(
    bucket: string,
    options: CreateBucketOptions & KvOptions = {},
  ): Promise<KvBucket> {
    const { signal, ...given } = readCallOptions(options);
    return this.#kv({ operation: "create", bucket, signal }, (store) => {
      store.forget(bucket);
      return this.#writable(store, bucket, given);
    });
  }

  /** The upstream library's name for {@link getOrCreateKvBucket}. */
  getOrCreateKvStore(bucket: string, options: CreateBucketOptions & KvOptions = {}): Promise<KvBucket> {
    return this.getOrCreateKvBucket(bucket, options);
  }

  /** The bridge's copy of the playlist; it has one only when the bot's rank is 2 or more. */
  async getStatePlaylistItems(channel: string, options: KvOptions = {}): Promise<PlaylistItem[]> {
    const items = await this.#state(channel, "playlist", "items", options, true);
    return Array.isArray(items) ? (items as PlaylistItem[]) : [];
  }

  /** What is playing: CyTube's media object with its `uid`. */
  async getStateCurrentMedia(channel: string, options: KvOptions = {}): Promise<JsonObject | null> {
    const media = await this.#state(channel, "playlist", "current", options, true);
    return isObject(media) ? media : null;
  }

  async getStateCurrentUid(channel: string, options: KvOptions = {}): Promise<string | null> {
    const uid = (await this.getStateCurrentMedia(channel, options))?.uid;
    return uid == null ? null : String(uid);
  }

  async getStateMotd(channel: string, options: KvOptions = {}): Promise<string> {
    return this.#stateText(channel, "motd", options);
  }

  async getStateChannelCss(channel: string, options: KvOptions = {}): Promise<string> {
    return this.#stateText(channel, "css", options);
  }

  async getStateChannelJs(channel: string, options: KvOptions = {}): Promise<string> {
    return this.#stateText(channel, "js", options);
  }

  async #stateText(channel: string, key: string, options: KvOptions): Promise<string> {
    const bytes = await this.#state(channel, "state", key, options, false);
    return bytes instanceof Uint8Array ? new TextDecoder().decode(bytes) : "";
  }

  /** Bucket names carry the channel as the bridge's configuration spells it, in its own case. */
  #state(
    channel: string,
    part: "playlist" | "state",
    key: string,
    options: KvOptions,
    parseJson: boolean,
  ): Promise<unknown> {
    assertChannel(channel);
    const { signal } = readCallOptions(options);
    return this.kvGet(`kryten_${channel}_${part}`, key, { parseJson, signal });
  }

  async #kv<T>(
    { operation, bucket, key, signal }: KvCall,
    run: (store: KvStore, span: Span) => Promise<T>,
  ): Promise<T> {
    assertBucket(bucket);
    signal?.throwIfAborted();
    const { telemetry } = this.messenger;
    const { server } = this.messenger.bus;
    const attributes = {
      "db.system.name": "nats",
      "db.operation.name": operation,
      "db.collection.name": bucket,
      ...(server ? { "server.address": server.address, "server.port": server.port } : {}),
    };
    const described = {
      verb: operation,
      kind: SpanKind.CLIENT,
      target: bucketTemplate(bucket),
      attributes,
      content: { key },
    };
    return telemetry.record(described, contexts.active(), async (span) => {
      try {
        await this.messenger.connecting(signal).done;
        return await bounded(run(this.messenger.bus.kv, span), { signal });
      } catch (error) {
        if (signal?.aborted) throw error;
        throw toKvError(error);
      }
    });
  }
}

/** What a bucket gives, or `none` when there is no such bucket (any more). */
function inBucket<T>(
  store: KvStore,
  bucket: string,
  none: T,
  work: (bound: KvBucket) => Promise<T>,
): Promise<T> {
  return retryOnce(store, bucket, async () => {
    const bound = await store.bind(bucket);
    return bound ? work(bound) : none;
  });
}

/** Binds anew and tries again when the server no longer knows the bucket: it was deleted since it was bound. */
async function retryOnce<T>(store: KvStore, bucket: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!DELETED.has(readCode(error) ?? "")) throw error;
    store.forget(bucket);
    return work();
  }
}

function missing(reason: string): never {
  throw new KrytenError(reason, { code: "NO_BUCKET" });
}

function toKvError(cause: unknown): Error {
  if (cause instanceof PublishError) return new KrytenConnectionError(cause.message, { cause });
  if (cause instanceof KrytenError) return cause;
  const code = readCode(cause);
  if (code === "TIMEOUT")
    return new KrytenTimeoutError("the key-value store did not answer", { cause, code });
  if (code === "MAX_PAYLOAD_EXCEEDED")
    return new PublishError("the value is larger than the server takes", { cause, code });
  if (code === "503") {
    return new KrytenConnectionError("the server has no key-value store: JetStream is off", {
      cause,
      code: "NO_RESPONDERS",
    });
  }
  const lost = ["CONNECTION_CLOSED", "CONNECTION_DRAINING", "DISCONNECT"].includes(code ?? "");
  if (lost) return new KrytenConnectionError("the connection was lost", { cause, code });
  return new KrytenError("the key-value store refused the operation", { cause, code });
}
