import { KrytenValidationError } from "../errors.js";

/** One stored value; `operation` is `PUT` unless the key was deleted. */
export interface KvEntry {
  readonly operation: string;
  readonly value: Uint8Array;
}

/** A bound bucket. One of `nats` is one, and so is the mock's. */
export interface KvBucket {
  get(key: string): Promise<KvEntry | null>;
  put(key: string, value: Uint8Array | string): Promise<number>;
  delete(key: string): Promise<void>;
  /** Keys that hold a value. */
  keys(): Promise<AsyncIterable<string>>;
}

export interface CreateBucketOptions {
  description?: string | undefined;
  /** Bytes. @default 1048576 */
  maxValueSize?: number | undefined;
}

export interface KvStore {
  /** `undefined` when there is no such bucket. */
  bind(bucket: string): Promise<KvBucket | undefined>;
  bindOrCreate(bucket: string, options: CreateBucketOptions): Promise<KvBucket>;
  /** Drops what is remembered of a bucket, or of all: it may have been deleted meanwhile. */
  forget(bucket?: string): void;
}

/** Buckets that the bridge alone creates: a service that made one with other options would break the bridge. */
const BRIDGE_BUCKET = /^kryten_(.*)_(emotes|playlist|userlist|state)$/;

export function isBridgeBucket(bucket: string): boolean {
  return BRIDGE_BUCKET.test(bucket);
}

/** The bucket's name without the channel in it, for span names. */
export function bucketTemplate(bucket: string): string {
  return bucket.replace(BRIDGE_BUCKET, "kryten_{channel}_$2");
}

export function assertBucket(bucket: string): void {
  if (typeof bucket !== "string" || !/^[A-Za-z0-9_-]+$/.test(bucket)) {
    throw new KrytenValidationError("a bucket name is made of A-Z a-z 0-9 _ and -");
  }
}

const MAX_KEY_LENGTH = 512;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const FORBIDDEN_IN_KEY = /[\s\u0000-\u001f\u007f-\u009f*>]/;

/** Wider than the check of `nats`, which refuses the colon of `user:alice`; the server takes it. */
export function assertKey(key: string): void {
  if (typeof key !== "string") throw new KrytenValidationError("a key must be a string");
  const dots = key.startsWith(".") || key.endsWith(".") || key.includes("..");
  if (key === "" || key.length > MAX_KEY_LENGTH || FORBIDDEN_IN_KEY.test(key) || dots) {
    throw new KrytenValidationError(
      `a key has 1 to ${MAX_KEY_LENGTH} characters without white space, control characters, * and >, and no empty part between dots`,
    );
  }
}
