import {
  getKvStore,
  getOrCreateKvStore,
  type KrytenClient,
  KrytenError,
  KrytenValidationError,
  kvDelete,
  kvGet,
  kvGetAll,
  kvKeys,
  kvPut,
} from "@kit/kryten";
import { connect, type NatsConnection } from "nats";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { NatsServer } from "../support/kryten/nats-server.js";
import type { QuietLogger } from "../support/kryten/quiet-logger.js";
import { openClient } from "./setup.js";

let server: NatsServer;
let other: NatsConnection;
let client: KrytenClient & { log: QuietLogger };
let bucket: string;
let buckets = 0;

beforeAll(async () => {
  server = await NatsServer.start();
  other = await connect({ servers: server.url });
  client = await openClient(server.url);
});

afterAll(async () => {
  await client?.disconnect();
  await other?.close();
  await server?.stop();
});

beforeEach(() => {
  bucket = `my-service-${++buckets}`;
});

const text = (bytes: unknown) => new TextDecoder().decode(bytes as Uint8Array);

describe("values", () => {
  it("are stored and read on an empty server", async () => {
    await client.kvPut(bucket, "counter", 42, { asJson: true });
    await client.kvPut(bucket, "status", "running");
    expect(await client.kvGet(bucket, "counter", { default: 0, parseJson: true })).toBe(42);
    expect(text(await client.kvGet(bucket, "status"))).toBe("running");
    await client.kvDelete(bucket, "counter");
    expect(await client.kvGet(bucket, "counter", { default: 0, parseJson: true })).toBe(0);
  });

  it("can be given up by a signal, before and while the store is asked", async () => {
    const reason = new Error("no longer wanted");
    const calls = (signal: AbortSignal) => [
      () => client.kvPut(bucket, "key", 1, { signal }),
      () => client.kvGet(bucket, "key", { signal }),
      () => client.kvDelete(bucket, "key", { signal }),
      () => client.kvKeys(bucket, { signal }),
      () => client.kvGetAll(bucket, { signal }),
      () => client.getKvBucket(bucket, { signal }),
      () => client.getKvStore(bucket, { signal }),
      () => client.getOrCreateKvBucket(bucket, { signal }),
      () => client.getOrCreateKvStore(bucket, { signal }),
      () => client.getStatePlaylistItems("lounge", { signal }),
      () => client.getStateCurrentMedia("lounge", { signal }),
      () => client.getStateCurrentUid("lounge", { signal }),
      () => client.getStateMotd("lounge", { signal }),
      () => client.getStateChannelCss("lounge", { signal }),
      () => client.getStateChannelJs("lounge", { signal }),
    ];
    for (const call of calls(AbortSignal.abort(reason))) await expect(call()).rejects.toBe(reason);
    const controller = new AbortController();
    const running = calls(controller.signal).map((call) => expect(call()).rejects.toBe(reason));
    controller.abort(reason);
    await Promise.all(running);
  });

  it("come back as they were, under keys with a colon too", async () => {
    const user = { username: "alice", rank: 3, badges: ["verified"] };
    await client.kvPut(bucket, "user:alice", user, { asJson: true });
    expect(await client.kvGet(bucket, "user:alice", { parseJson: true })).toEqual(user);
    expect(await client.kvKeys(bucket)).toEqual(["user:alice"]);
    await client.kvDelete(bucket, "user:alice");
    expect(await client.kvKeys(bucket)).toEqual([]);
  });

  it.each([
    ["bytes", new Uint8Array([0, 255]), "\u0000\ufffd"],
    ["text", "é", "é"],
    ["a number", 1.5, "1.5"],
    ["a boolean", true, "true"],
    ["a bigint", 10n, "10"],
    ["null", null, "null"],
    ["an object", { a: [1] }, '{"a":[1]}'],
  ])("%s are written in their own form", async (_name, value, stored) => {
    await client.kvPut(bucket, "k", value);
    expect(text(await client.kvGet(bucket, "k"))).toBe(stored);
  });

  it.each([
    ["undefined", undefined],
    ["a function", () => 1],
    ["a symbol", Symbol("x")],
  ])("are never %s, in either form", async (_name, value) => {
    for (const asJson of [false, true]) {
      await expect(client.kvPut(bucket, "k", value, { asJson })).rejects.toThrow(KrytenValidationError);
    }
    expect(await client.kvGet(bucket, "k")).toBeNull();
  });

  it("give the default for what is missing, deleted, empty or no JSON, and null for a stored null", async () => {
    expect(await client.kvGet(bucket, "k")).toBeNull();
    expect(await client.kvGet("no-such-bucket", "k", { default: "d" })).toBe("d");
    await client.kvPut(bucket, "empty", "");
    await client.kvPut(bucket, "broken", "{secret");
    await client.kvPut(bucket, "null", null, { asJson: true });
    expect(await client.kvGet(bucket, "empty", { default: "d" })).toBe("d");
    expect(await client.kvGet(bucket, "broken", { default: "d", parseJson: true })).toBe("d");
    expect(await client.kvGet(bucket, "null", { default: "d", parseJson: true })).toBeNull();
    expect(client.log.lines.join()).toContain("is not JSON");
    expect(client.log.lines.join()).not.toContain("secret");
  });

  it("are listed without deleted, empty, null and broken ones", async () => {
    for (const [key, value] of Object.entries({
      a: 1,
      b: "x",
      gone: 2,
      empty: "",
      broken: "{",
      null: null,
    })) {
      await client.kvPut(bucket, key, value, { asJson: typeof value !== "string" });
    }
    await client.kvPut(bucket, "b", '"y"');
    await client.kvDelete(bucket, "gone");
    expect((await client.kvKeys(bucket)).sort()).toEqual(["a", "b", "broken", "empty", "null"]);
    expect(await client.kvGetAll(bucket, { parseJson: true })).toEqual({ a: 1, b: "y" });
    expect(Object.keys(await client.kvGetAll(bucket)).sort()).toEqual(["a", "b", "broken", "null"]);
    await client.kvPut(bucket, "__proto__", { admin: true });
    expect(Object.entries(await client.kvGetAll(bucket, { parseJson: true }))).toContainEqual([
      "__proto__",
      { admin: true },
    ]);
    expect(await client.kvGetAll("no-such-bucket")).toEqual({});
    expect(await client.kvKeys("no-such-bucket")).toEqual([]);
    await client.kvDelete("no-such-bucket", "k");
  });

  it("survive that their bucket was deleted and made anew behind the client's back", async () => {
    await client.kvPut(bucket, "k", 1);
    const manager = await other.jetstreamManager();
    await manager.streams.delete(`KV_${bucket}`);
    expect(await client.kvGet(bucket, "k", { default: "gone" })).toBe("gone");
    expect(await client.kvKeys(bucket)).toEqual([]);
    expect(await client.kvGetAll(bucket)).toEqual({});
    await client.kvDelete(bucket, "k");
    await expect(client.getKvBucket(bucket)).rejects.toMatchObject({ code: "NO_BUCKET" });
    await client.kvPut(bucket, "k", 2);
    expect(text(await client.kvGet(bucket, "k"))).toBe("2");
  });
});

describe("buckets", () => {
  it("of the bridge are read and written, but never created", async () => {
    for (const part of ["emotes", "playlist", "userlist", "state"]) {
      const name = `kryten_My-Lounge_${part}`;
      await expect(client.kvPut(name, "k", 1)).rejects.toMatchObject({ code: "NO_BUCKET" });
      await expect(client.getOrCreateKvBucket(name)).rejects.toMatchObject({ code: "NO_BUCKET" });
    }
    expect(await client.getStatePlaylistItems("My-Lounge")).toEqual([]);
    expect(await client.getStateCurrentMedia("My-Lounge")).toBeNull();
    expect(await client.getStateCurrentUid("My-Lounge")).toBeNull();
    expect(await client.getStateMotd("My-Lounge")).toBe("");
    const manager = await other.jetstreamManager();
    const names = (await manager.streams.list().next()).map(({ config }) => config.name);
    expect(names.filter((name) => name.includes("kryten_"))).toEqual([]);
    // As the bridge makes them: no direct reads.
    const views = other.jetstream().views;
    const playlist = await views.kv("kryten_My-Lounge_playlist", { allow_direct: false });
    const state = await views.kv("kryten_My-Lounge_state", { allow_direct: false });
    await playlist.put("items", JSON.stringify([{ uid: 1 }]));
    await playlist.put("current", JSON.stringify({ id: "x", uid: 9 }));
    for (const key of ["motd", "css", "js"]) await state.put(key, `the ${key}`);
    expect(await client.getStatePlaylistItems("My-Lounge")).toEqual([{ uid: 1 }]);
    expect(await client.getStateCurrentMedia("My-Lounge")).toEqual({ id: "x", uid: 9 });
    expect(await client.getStateCurrentUid("My-Lounge")).toBe("9");
    expect(await client.getStateMotd("My-Lounge")).toBe("the motd");
    expect(await client.getStateChannelCss("My-Lounge")).toBe("the css");
    expect(await client.getStateChannelJs("My-Lounge")).toBe("the js");
    await client.kvPut("kryten_My-Lounge_state", "motd", "mine");
    expect(await client.getStateMotd("My-Lounge")).toBe("mine");
  });

  it("are bound, or created when asked for, and handed over for more", async () => {
    await expect(client.getKvBucket(bucket)).rejects.toThrow(KrytenError);
    await expect(client.getKvStore(bucket)).rejects.toThrow(KrytenError);
    const made = await client.getOrCreateKvBucket(bucket, { maxValueSize: 100 });
    await made.put("k", "v");
    const bound = await client.getKvBucket(bucket);
    expect(text((await bound.get("k"))?.value)).toBe("v");
    await expect(client.kvPut(bucket, "large", "x".repeat(200))).rejects.toThrow(KrytenError);
  });

  it.each(["two words", "a.b", ""])("cannot have the name %j", async (name) => {
    await expect(client.kvPut(name, "k", 1)).rejects.toThrow(KrytenValidationError);
  });

  it.each(["", ".a", "a.", "a..b", "a b", "a\n", "*", "a.>", "k".repeat(513)])(
    "cannot have the key %j",
    async (key) => {
      await expect(client.kvPut(bucket, key, 1)).rejects.toThrow(KrytenValidationError);
      await expect(client.kvGet(bucket, key)).rejects.toThrow(KrytenValidationError);
    },
  );

  it("take keys up to 512 characters, with dots, slashes and equal signs", async () => {
    for (const key of ["k".repeat(512), "a.b", "a=b", "a/b", "user:ann"]) {
      await client.kvPut(bucket, key, key);
      expect(text(await client.kvGet(bucket, key))).toBe(key);
    }
  });

  it("refuse a value larger than the server takes", async () => {
    const large = client.kvPut(bucket, "k", "x".repeat(1_100_000));
    await expect(large).rejects.toMatchObject({ code: "MAX_PAYLOAD_EXCEEDED" });
  });

  it("are not there on a server without JetStream", async () => {
    const plain = await NatsServer.start({ jetstream: false });
    const withoutKv = await openClient(plain.url);
    await expect(withoutKv.kvGet("b", "k")).rejects.toMatchObject({ name: "KrytenConnectionError" });
    await withoutKv.disconnect();
    await plain.stop();
  });
});

describe("the functions for a bound bucket", () => {
  it("work like the methods", async () => {
    const bound = await client.getOrCreateKvBucket(bucket);
    expect(await kvPut(bound, "a", { n: 1 }, { asJson: true })).toBe(true);
    expect(await kvGet(bound, "a", { parseJson: true })).toEqual({ n: 1 });
    expect(await kvKeys(bound)).toEqual(["a"]);
    expect(await kvGetAll(bound, { parseJson: true })).toEqual({ a: { n: 1 } });
    expect(await kvDelete(bound, "a")).toBe(true);
    expect(await kvGet(bound, "a", { default: "d" })).toBe("d");
  });

  it("turn failures into values", async () => {
    const lost = await openClient(server.url);
    const bound = await lost.getOrCreateKvBucket(bucket);
    await lost.disconnect();
    expect(await kvPut(bound, "a", 1)).toBe(false);
    expect(await kvGet(bound, "a", { default: "d" })).toBe("d");
    expect(await kvDelete(bound, "a")).toBe(false);
    expect(await kvKeys(bound)).toEqual([]);
    expect(await kvGetAll(bound)).toEqual({});
  });
});

describe("a connection without a client", () => {
  it("binds a bucket, and makes one unless it is the bridge's", async () => {
    await expect(getKvStore(other, bucket)).rejects.toThrow("no such bucket");
    const made = await getOrCreateKvStore(other, bucket, { description: "mine", maxValueSize: 64 });
    expect(await kvPut(made, "user:alice", { level: 1 })).toBe(true);
    const bound = await getKvStore(other, bucket);
    expect(await kvGet(bound, "user:alice", { parseJson: true })).toEqual({ level: 1 });
    expect(await kvPut(bound, "big", "x".repeat(65))).toBe(false);
    expect(await kvGetAll(await getOrCreateKvStore(other, bucket), { parseJson: true })).toEqual({
      "user:alice": { level: 1 },
    });
    await expect(getOrCreateKvStore(other, `kryten_${bucket}_emotes`)).rejects.toThrow("no such bucket");
  });

  it("that is none, is closed, or a name that cannot be, is a KrytenError", async () => {
    for (const connection of [undefined, {}, "nats://127.0.0.1"]) {
      await expect(getKvStore(connection as never, bucket)).rejects.toThrow(KrytenValidationError);
    }
    await expect(getOrCreateKvStore(other, "a b")).rejects.toThrow(KrytenValidationError);
    const closed = await connect({ servers: server.url });
    await closed.close();
    await expect(getKvStore(closed, bucket)).rejects.toThrow(KrytenError);
  });
});
