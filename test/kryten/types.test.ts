import {
  type ChangeMediaEvent,
  type ChatMessageEvent,
  KrytenClient,
  type KrytenClientLike,
  type KrytenConfigInput,
  type KrytenEvent,
  MockKrytenClient,
  type PlaylistUpdateEvent,
  type RawEvent,
  type UserJoinEvent,
  type UserLeaveEvent,
} from "@kit/kryten";
import { expect, expectTypeOf, it } from "vitest";

const config: KrytenConfigInput = {
  nats: { servers: ["nats://x"] },
  channels: [{ domain: "d", channel: "c" }],
};

it("gives each handler the type that belongs to its event's name, in any case", () => {
  const client = new KrytenClient(config);
  client.on("chatmsg", (event) => expectTypeOf(event).toEqualTypeOf<ChatMessageEvent>());
  client.on("chatMsg", (event) => expectTypeOf(event).toEqualTypeOf<ChatMessageEvent>());
  client.on("PM", (event) => expectTypeOf(event).toEqualTypeOf<ChatMessageEvent>());
  client.on("addUser", (event) => expectTypeOf(event).toEqualTypeOf<UserJoinEvent>());
  client.on("userLeave", (event) => expectTypeOf(event).toEqualTypeOf<UserLeaveEvent>());
  client.on("changeMedia", (event) => expectTypeOf(event).toEqualTypeOf<ChangeMediaEvent>());
  client.on("playlist", (event) => expectTypeOf(event).toEqualTypeOf<PlaylistUpdateEvent | RawEvent>());
  client.on("usercount", (event) => expectTypeOf(event.payload).toEqualTypeOf<number>());
  client.on("setMotd", (event) => expectTypeOf(event.payload).toEqualTypeOf<string>());
  client.on("somethingElse", (event) => expectTypeOf(event).toEqualTypeOf<RawEvent>());
  client.on("chatmsg", { malformed: "raw" }, (event) =>
    expectTypeOf(event).toEqualTypeOf<ChatMessageEvent | RawEvent>(),
  );
  client.on("chatmsg" as string, (event) => expectTypeOf(event).toEqualTypeOf<KrytenEvent>());
  expect(client.health().handlersRegistered).toBe(12);
});

it("lets the mock stand for the client", () => {
  expectTypeOf<MockKrytenClient>().toExtend<KrytenClientLike>();
  expectTypeOf<KrytenClient>().toExtend<KrytenClientLike>();
  const greet = (client: KrytenClientLike) =>
    client.on("chatmsg", (_event, context) => void context.client.sendChat);
  expect(greet(new MockKrytenClient(config)).off).toBeTypeOf("function");
});

it("takes a configuration in snake_case, in camelCase, and numbers as text", () => {
  const snake: KrytenConfigInput = {
    nats: { servers: ["nats://x"], connect_timeout: 10, max_reconnect_attempts: "-1" },
    channels: [{ domain: "d", channel: "c" }],
    service: { name: "s", enable_heartbeat: "no", heartbeat_interval: 5 },
    retry_attempts: 3,
    log_level: "info",
  };
  expect(new KrytenClient(snake).config).toMatchObject({
    retryAttempts: 3,
    logLevel: "INFO",
    service: { enableHeartbeat: false },
  });
});

it("gives a stored value the type of its default, or the one that is named", async () => {
  const client = new MockKrytenClient(config);
  await client.connect();
  const parseJson = true as const;
  const counter = await client.kvGet("b", "k", { parseJson, default: 0 });
  expectTypeOf(counter).toEqualTypeOf<number>();
  expect(counter).toBe(0);
  const named = await client.kvGet<{ rank?: number }>("b", "k", { parseJson, default: {} });
  expectTypeOf(named).toEqualTypeOf<{ rank?: number }>();
  expectTypeOf(await client.kvGet<number>("b", "k", { parseJson })).toEqualTypeOf<number | null>();
  expectTypeOf(await client.kvGet<number>("b", "k", { parseJson, default: null })).toEqualTypeOf<
    number | null
  >();
  expectTypeOf(await client.kvGet<number, "none">("b", "k", { parseJson, default: "none" })).toEqualTypeOf<
    number | "none"
  >();
  expectTypeOf(await client.kvGet("b", "k", { parseJson })).toEqualTypeOf<unknown>();
  expectTypeOf(await client.kvGet("b", "k", { default: "none" })).toEqualTypeOf<Uint8Array | string>();
  const list: string[] = await client.kvGet("b", "k", { parseJson, default: [] });
  expect(list).toEqual([]);
});
