import type { NatsConnection } from "nats";
import { readOptions } from "../arguments.js";
import { KrytenError, KrytenValidationError, readCode } from "../errors.js";
import { assertBucket, type CreateBucketOptions, isBridgeBucket, type KvBucket } from "./kv-store.js";
import { NatsKvStore } from "./nats-kv.js";

// For programs that hold a connection of `nats` and no client: the names are those of the Python library.

/** An existing bucket. @throws KrytenError when there is none, or no JetStream */
export async function getKvStore(connection: NatsConnection, bucket: string): Promise<KvBucket> {
  const store = open(connection, bucket);
  return (await asKrytenError(() => store.bind(bucket))) ?? missing();
}

/**
 * An existing bucket with the options it has, else a new one. Buckets of the bridge are never made: it could not use
 * one with other options. @throws KrytenError without JetStream
 */
export async function getOrCreateKvStore(
  connection: NatsConnection,
  bucket: string,
  options: CreateBucketOptions = {},
): Promise<KvBucket> {
  const given = readOptions(options);
  if (isBridgeBucket(bucket)) return getKvStore(connection, bucket);
  const store = open(connection, bucket);
  return asKrytenError(() => store.bindOrCreate(bucket, given));
}

function open(connection: NatsConnection, bucket: string): NatsKvStore {
  if (typeof connection?.jetstream !== "function") {
    throw new KrytenValidationError("the connection must be one of the package nats");
  }
  assertBucket(bucket);
  return new NatsKvStore(connection);
}

function missing(): never {
  throw new KrytenError("no such bucket");
}

async function asKrytenError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new KrytenError("the key-value store cannot be used", { code: readCode(cause), cause });
  }
}
