import {
  ChatMessageEvent,
  type HandlerError,
  type KrytenClient,
  type KrytenEvent,
  type RawEvent,
} from "@kit/kryten";
import { connect, type NatsConnection } from "nats";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../support/kryten/eventually.js";
import { NatsServer } from "../support/kryten/nats-server.js";
import type { QuietLogger } from "../support/kryten/quiet-logger.js";
import { StandInBridge } from "../support/kryten/stand-in-bridge.js";
import { openClient } from "./setup.js";

let server: NatsServer;
let bridge: StandInBridge;
let other: NatsConnection;
let client: KrytenClient & { log: QuietLogger };
const failures: HandlerError[] = [];

beforeAll(async () => {
  server = await NatsServer.start();
  bridge = await StandInBridge.start({ servers: server.url, channel: "My Channel!" });
  other = await connect({ servers: server.url });
});

afterAll(async () => {
  await other?.close();
  await bridge?.stop();
  await server?.stop();
});

const channels = [
  { domain: "cytu.be", channel: "My Channel!" },
  { domain: "other.tv", channel: "my-channel" },
];

beforeEach(async () => {
  failures.length = 0;
  const onError = (error: HandlerError) => void failures.push(error);
  client = await openClient(
    server.url,
    { channels, handlerTimeout: 1, maxConcurrentHandlers: 2 },
    { onError },
  );
});

afterEach(() => client.disconnect());

/** Everything sent before has been received. */
async function settle(): Promise<void> {
  await bridge.flush();
  await other.flush();
  await client.nats?.flush();
}

describe("events", () => {
  it("come from the normalised channel, once, though two configured channels share it", async () => {
    const seen: string[] = [];
    client.on("chatmsg", (event) => void seen.push(event.message));
    bridge.emit("chatMsg", { username: "ann", msg: "hi", meta: {}, time: 1 });
    await eventually("the event arrives", () => seen.length > 0);
    await settle();
    expect(seen).toEqual(["hi"]);
  });

  it("reach several handlers, registered in any case, before or after connecting", async () => {
    const seen: string[] = [];
    await client.disconnect();
    client.on("ChatMsg", () => void seen.push("first"));
    await client.connect();
    client.on("CHATMSG", () => void seen.push("second"));
    await settle();
    bridge.emit("chatMsg", { username: "ann", msg: "hi" });
    await eventually("both run", () => seen.length === 2);
    expect(seen).toEqual(["first", "second"]);
  });

  it("pass the filters for channel and domain, which ignore case", async () => {
    const seen: string[] = [];
    client.on("chatmsg", { channel: "MY channel!" }, () => void seen.push("channel"));
    client.on("chatmsg", { channel: "lounge" }, () => void seen.push("other channel"));
    client.on("chatmsg", { domain: "CYTU.be" }, () => void seen.push("domain"));
    client.on("chatmsg", { domain: "other.tv" }, () => void seen.push("other domain"));
    bridge.emit("chatMsg", {});
    await eventually("some run", () => seen.length >= 2);
    await settle();
    expect(seen).toEqual(["channel", "domain"]);
  });

  it("stop when the handler is taken off, also at the end of a `using` block's scope", async () => {
    const seen: string[] = [];
    const registration = client.on("pm", () => void seen.push("pm"));
    const disposed = client.on("pm", () => void seen.push("disposed"));
    disposed[Symbol.dispose]();
    bridge.emit("pm", {});
    await eventually("the first arrives", () => seen.length === 1);
    registration.off();
    bridge.emit("pm", {});
    await settle();
    expect(seen).toEqual(["pm"]);
    expect(client.health().handlersRegistered).toBe(0);
  });

  it("tell handlers where they come from", async () => {
    const contexts: unknown[] = [];
    client.on("usercount", (event, context) => {
      contexts.push([
        event.payload,
        context.subject,
        context.raw === event,
        context.client === client,
        context.signal.aborted,
      ]);
    });
    bridge.emit("usercount", 7);
    await eventually("it arrives", () => contexts.length === 1);
    expect(contexts[0]).toEqual([7, "kryten.events.cytube.my-channel.usercount", true, true, false]);
  });
});

describe("malformed events", () => {
  const BROKEN: [string, string][] = [
    ["no JSON", "{"],
    ["no object", "[]"],
    ["no UTF-8", "\xff"],
    ["no name", '{"payload":null,"channel":"c","domain":"d"}'],
    ["a name that is no text", '{"event_name":1,"payload":null,"channel":"c","domain":"d"}'],
    ["no payload", '{"event_name":"x","channel":"c","domain":"d"}'],
    ["no channel", '{"event_name":"x","payload":null,"domain":"d"}'],
    [
      "a timestamp that is none",
      '{"event_name":"x","payload":null,"channel":"c","domain":"d","timestamp":"soon"}',
    ],
  ];

  it.each(BROKEN)("with %s are dropped and counted, and the next one is handled", async (_name, body) => {
    const seen: string[] = [];
    client.on("usercount", () => void seen.push("next"));
    other.publish("kryten.events.cytube.my-channel.x", Buffer.from(body, "latin1"));
    await other.flush();
    bridge.emit("usercount", 1);
    await eventually("the next is handled", () => seen.length === 1);
    expect(client.health()).toMatchObject({ errors: 1, eventsReceived: 1 });
  });

  it("of a typed name skip their handlers, count once and are told without content", async () => {
    const typed: unknown[] = [];
    const raw: RawEvent[] = [];
    client.on("chatmsg", (event) => void typed.push(event));
    client.on("chatmsg", { malformed: "raw" }, (event) => void raw.push(event as RawEvent));
    bridge.emit("chatMsg", { username: 5, msg: "a secret" });
    await eventually("the raw one is handled", () => raw.length === 1);
    expect(typed).toEqual([]);
    expect(raw[0]).toMatchObject({ kind: "raw", payload: { username: 5, msg: "a secret" } });
    expect(client.health().errors).toBe(1);
    expect(client.log.lines.join("\n")).toContain("malformed chatmsg");
    expect(client.log.lines.join("\n")).not.toContain("secret");
  });

  it("are none when `playlist` carries the whole list", async () => {
    const seen: KrytenEvent[] = [];
    client.on("playlist", (event) => void seen.push(event));
    bridge.emit("playlist", [{ uid: 1 }]);
    bridge.emit("playlist", { action: "clear" });
    await eventually("both arrive", () => seen.length === 2);
    expect(seen.map(({ kind }) => kind)).toEqual(["raw", "playlist"]);
    expect(client.health().errors).toBe(0);
  });
});

describe("handlers", () => {
  it("that throw harm no other, and are reported with what they threw", async () => {
    const seen: string[] = [];
    const cause = new TypeError("line one\n    at about ann");
    client.on("chatmsg", function broken() {
      throw cause;
    });
    client.on("chatmsg", async function rejecting() {
      throw cause;
    });
    client.on("chatmsg", () => void seen.push("fine"));
    bridge.emit("chatMsg", {});
    await eventually("all have run", () => failures.length === 2 && seen.length === 1);
    expect(failures.map(({ name, message, cause: inner }) => [name, message, inner === cause])).toEqual([
      ["HandlerError", "handler broken failed", true],
      ["HandlerError", "handler rejecting failed", true],
    ]);
    expect(client.health().errors).toBe(2);
    expect(client.log.lines.join("\n")).not.toContain("about ann");
  });

  it("past their time have their signal aborted, count as an error and free their place", async () => {
    let signal: AbortSignal | undefined;
    let fail = (_error: Error) => {};
    client.on("chatmsg", (_event, context) => {
      signal = context.signal;
      return new Promise<void>((_resolve, reject) => {
        fail = reject;
      });
    });
    bridge.emit("chatMsg", {});
    await eventually("the time is up", () => failures.length === 1);
    expect(signal?.aborted).toBe(true);
    expect(failures[0]?.cause).toMatchObject({ name: "KrytenTimeoutError" });
    fail(new Error("late"));
    await eventually("the late failure is only logged", () =>
      client.log.lines.some((line) => line.startsWith("debug")),
    );
    expect(failures).toHaveLength(1);
  });

  it("run at most as many at once as configured, the rest in order", async () => {
    const release: (() => void)[] = [];
    const started: number[] = [];
    client.on("usercount", (event) => {
      started.push(event.payload);
      return new Promise<void>((resolve) => release.push(resolve));
    });
    for (let n = 1; n <= 4; n++) bridge.emit("usercount", n);
    await eventually("two have started", () => started.length === 2);
    await settle();
    expect(started).toEqual([1, 2]);
    release[0]?.();
    await eventually("the third starts", () => started.length === 3);
    for (const end of release.slice(1)) end();
    await eventually("the fourth starts", () => started.length === 4);
    expect(started).toEqual([1, 2, 3, 4]);
    release[3]?.();
  });

  it("keep the messages of a burst in order and miss none", async () => {
    const seen: number[] = [];
    client.on("usercount", (event) => void seen.push(event.payload));
    const count = 5000;
    for (let n = 0; n < count; n++) bridge.emit("usercount", n);
    await eventually("all arrive", () => seen.length === count);
    expect(seen.every((n, index) => n === index)).toBe(true);
  });
});

describe("health and channels", () => {
  it("count what came, by channel", async () => {
    client.on("chatmsg", () => {});
    bridge.emit("chatMsg", { username: "a", msg: "b" });
    bridge.emit("nobodyListens", null);
    await eventually("both arrive", () => client.health().eventsReceived === 2);
    await client.pause("My Channel!");
    expect(client.health()).toEqual({
      connected: true,
      state: "connected",
      uptimeSeconds: expect.any(Number),
      channels: ["cytu.be/My Channel!", "other.tv/my-channel"],
      eventsReceived: 2,
      commandsSent: 1,
      errors: 0,
      eventsDropped: 0,
      avgEventLatencyMs: expect.any(Number),
      lastEventTime: expect.any(Date),
      handlersRegistered: 1,
    });
    expect(client.channels).toEqual([
      { domain: "cytu.be", channel: "My Channel!", subscribed: true, eventsReceived: 2 },
      { domain: "other.tv", channel: "my-channel", subscribed: true, eventsReceived: 0 },
    ]);
  });

  it("give the models of a private message", async () => {
    const seen: ChatMessageEvent[] = [];
    client.on("pm", (event) => void seen.push(event));
    bridge.emit("pm", {
      user: { name: "ann", rank: 1.5 },
      message: "psst",
      meta: { shadow: 1 },
      time: 1754000000123,
    });
    await eventually("it arrives", () => seen.length === 1);
    expect(seen[0]).toBeInstanceOf(ChatMessageEvent);
    expect(seen[0]).toMatchObject({ username: "ann", rank: 1.5, message: "psst", shadow: true });
    expect(seen[0]?.timestamp.getTime()).toBe(1754000000123);
  });
});

/** A handler that notes what it is given, and does not end before it is released. */
function createHeldHandler() {
  const begun: string[] = [];
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const handle = (given: string) => {
    begun.push(given);
    return released;
  };
  return { begun, handle, release: () => release() };
}

describe("messages of a subscription that come faster than they are handled", () => {
  it("wait up to the limits of events, and the oldest beyond them are dropped, told once and counted", async () => {
    const slow = await openClient(server.url, { channels, maxConcurrentHandlers: 1, maxQueuedEvents: 2 });
    const { begun, handle, release } = createHeldHandler();
    slow.subscribe("raw.news", (message) => handle(message.string()));
    await slow.nats?.flush();
    for (const text of ["1", "2", "3", "4", "5"]) other.publish("raw.news", text);
    await eventually("two are dropped", () => slow.health().eventsDropped === 2);
    expect(begun).toEqual(["1"]);
    release();
    await eventually("those that waited are handled", () => begun.length === 3);
    expect(begun).toEqual(["1", "4", "5"]);
    expect(slow.log.lines.filter((line) => line.includes("slower"))).toHaveLength(1);
    expect(slow.health().errors).toBe(0);
    await slow.disconnect();
  });

  it("are not handled any more once it is unsubscribed, or the client disconnects", async () => {
    const slow = await openClient(server.url, { channels, maxConcurrentHandlers: 1 });
    const [first, second] = [createHeldHandler(), createHeldHandler()];
    const subscription = slow.subscribe("raw.news", (message) => first.handle(message.string()));
    slow.subscribe("raw.news", (message) => second.handle(message.string()));
    await slow.nats?.flush();
    for (const text of ["1", "2"]) other.publish("raw.news", text);
    await eventually("both handlers run", () => first.begun.length + second.begun.length === 2);
    await other.flush();
    await slow.nats?.flush();
    slow.unsubscribe(subscription);
    first.release();
    const disconnected = slow.disconnect();
    second.release();
    await disconnected;
    await settle();
    expect([first.begun, second.begun]).toEqual([["1"], ["1"]]);
    expect(slow.health()).toMatchObject({ errors: 0, eventsDropped: 0 });
  });

  it("that are being handled as the client disconnects are answered first", async () => {
    const slow = await openClient(server.url, { channels });
    let begun = false;
    slow.subscribeRequestReply("my.service", async () => {
      begun = true;
      await new Promise((resolve) => setTimeout(resolve, 50));
      return { done: true };
    });
    await slow.nats?.flush();
    const answer = other.request("my.service", "{}");
    await eventually("it is being handled", () => begun);
    await slow.disconnect();
    expect((await answer).json()).toEqual({ done: true });
  });
});

describe("events that come faster than they are handled", () => {
  it("wait up to a limit, and the oldest beyond it are dropped, told once and counted", async () => {
    const slow = await openClient(server.url, { channels, maxConcurrentHandlers: 1, maxQueuedEvents: 3 });
    const { begun, handle, release } = createHeldHandler();
    slow.on("usercount", (event) => handle(event.correlationId));
    for (const id of ["1", "2", "3", "4", "5", "6"]) {
      bridge.emit("usercount", 1, { correlation_id: id });
    }
    await eventually("all have come", () => slow.health().eventsReceived === 6);
    expect(slow.health().eventsDropped).toBe(2);
    release();
    await eventually("those that waited are handled", () => begun.length === 4);
    expect(begun).toEqual(["1", "4", "5", "6"]);
    expect(slow.log.lines.filter((line) => line.includes("dropped"))).toHaveLength(1);
    await slow.disconnect();
  });

  it("are not handled any more by a handler that was removed", async () => {
    const slow = await openClient(server.url, { channels, maxConcurrentHandlers: 1 });
    const { begun, handle, release } = createHeldHandler();
    const registration = slow.on("usercount", (event) => handle(event.correlationId));
    for (const id of ["1", "2"]) bridge.emit("usercount", 1, { correlation_id: id });
    await eventually("both have come", () => slow.health().eventsReceived === 2);
    registration.off();
    release();
    await settle();
    expect(begun).toEqual(["1"]);
    await slow.disconnect();
  });
});

describe("raw messages", () => {
  it("are published and subscribed on any subject", async () => {
    const seen: unknown[] = [];
    const subscription = client.subscribe(
      "my.>",
      (message) => void seen.push([message.subject, message.string()]),
    );
    await client.publish("my.text", "text");
    await client.publish("my.object", { a: 1 });
    await client.publish("my.bytes", new Uint8Array([104, 105]));
    await eventually("all arrive", () => seen.length === 3);
    expect(seen).toEqual([
      ["my.text", "text"],
      ["my.object", '{"a":1}'],
      ["my.bytes", "hi"],
    ]);
    client.unsubscribe(subscription);
    client.unsubscribe(subscription);
    await client.publish("my.text", "unheard");
    await settle();
    expect(seen).toHaveLength(3);
  });

  it.each([
    ["kryten.command.robot", "use sendCommand"],
    ["kryten.robot.command", "use sendCommand"],
    ["kryten.events.cytube.lounge.x", "event of CyTube"],
  ])("on %s are sent with a warning", async (subject, warning) => {
    await client.publish(subject, "{}");
    expect(client.log.lines.filter((line) => line.startsWith("warn")).join()).toContain(warning);
  });

  it.each(["", "a b", "a.\tb", "a..b", ".a", "a.*", "a.>", "a\u0000"])(
    "never go to the subject %j",
    async (subject) => {
      await expect(client.publish(subject, "x")).rejects.toMatchObject({ name: "KrytenValidationError" });
    },
  );

  it("of a handler that throws are reported, and the next is handled", async () => {
    let calls = 0;
    client.subscribe("my.fault", () => {
      calls++;
      throw new Error("x");
    });
    await client.publish("my.fault", "1");
    await client.publish("my.fault", "2");
    await eventually("both are handled", () => calls === 2 && failures.length === 2);
    expect(client.health().errors).toBe(2);
  });
});
