import { KrytenValidationError } from "../errors.js";
import { isObject, type JsonObject, parseJson, toJsonBytes } from "../json.js";
import type { KvBucket } from "./kv-store.js";

export interface KvGetOptions<Default = null> {
  /** For a missing bucket or key, a deleted key, an empty value and, with `parseJson`, what is no JSON. */
  default?: Default;
  /** @default false: bytes */
  parseJson?: boolean;
  /** Rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

export interface KvPutOptions {
  /** @default false; objects are stored as JSON in any case */
  asJson?: boolean;
  /** Rejects with the signal's reason; the value may have been stored. */
  signal?: AbortSignal | undefined;
}

const encoder = new TextEncoder();

/** @throws KrytenValidationError for what is no value: stored as text, `undefined` would be found where nothing was */
export function encodeValue(value: unknown, asJson: boolean): Uint8Array {
  if (["undefined", "function", "symbol"].includes(typeof value))
    throw new KrytenValidationError(`the value must not be of type ${typeof value}`);
  if (value instanceof Uint8Array) return asJson ? toJsonBytes([...value]) : value;
  if (asJson || isObject(value) || Array.isArray(value)) return toJsonBytes(value);
  return encoder.encode(String(value));
}

/** What is stored under a key, if anything that can be used. */
export type Stored =
  | { kind: "value"; value: unknown; size: number }
  | { kind: "nothing" }
  | { kind: "no JSON" };

export async function readStored(bucket: KvBucket, key: string, asJson: boolean): Promise<Stored> {
  const entry = await bucket.get(key);
  // A deleted key still has an entry, without a value.
  if (entry?.operation !== "PUT" || entry.value.length === 0) return { kind: "nothing" };
  const size = entry.value.length;
  if (!asJson) return { kind: "value", value: entry.value, size };
  try {
    return { kind: "value", value: parseJson(entry.value), size };
  } catch {
    return { kind: "no JSON" };
  }
}

export function valueOr(stored: Stored, fallback: unknown): unknown {
  if (stored.kind === "value") return stored.value;
  return fallback === undefined ? null : fallback;
}

export async function listKeys(bucket: KvBucket): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of await bucket.keys()) keys.push(key);
  return keys;
}

/** Without nulls, empty values and, with `parseJson`, what is no JSON. */
export async function readAll(bucket: KvBucket, asJson: boolean): Promise<JsonObject> {
  const all: [string, unknown][] = [];
  for (const key of await listKeys(bucket)) {
    const stored = await readStored(bucket, key, asJson);
    if (stored.kind === "value" && stored.value !== null) all.push([key, stored.value]);
  }
  return Object.fromEntries(all);
}

/** Stores a value in a bound bucket; false when that failed. The client's method of the same name rejects. */
export async function kvPut(
  bucket: KvBucket,
  key: string,
  value: unknown,
  options: KvPutOptions = {},
): Promise<boolean> {
  return swallow(false, async () => {
    await bucket.put(key, encodeValue(value, options.asJson ?? false));
    return true;
  });
}

/** Reads a value of a bound bucket; the default also when reading failed. */
export async function kvGet(
  bucket: KvBucket,
  key: string,
  options: KvGetOptions<unknown> = {},
): Promise<unknown> {
  const fallback = options.default === undefined ? null : options.default;
  return swallow(fallback, async () =>
    valueOr(await readStored(bucket, key, options.parseJson ?? false), fallback),
  );
}

/** Deletes a key of a bound bucket; false when that failed. */
export async function kvDelete(bucket: KvBucket, key: string): Promise<boolean> {
  return swallow(false, async () => {
    await bucket.delete(key);
    return true;
  });
}

/** Keys of a bound bucket; none when asking failed. */
export async function kvKeys(bucket: KvBucket): Promise<string[]> {
  return swallow([], () => listKeys(bucket));
}

/** Everything in a bound bucket; nothing when asking failed. */
export async function kvGetAll(bucket: KvBucket, options: { parseJson?: boolean } = {}): Promise<JsonObject> {
  return swallow({}, () => readAll(bucket, options.parseJson ?? false));
}

async function swallow<T>(fallback: T, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch {
    return fallback;
  }
}
