import {
  KrytenClient as Client,
  type KrytenClient,
  type KrytenClientOptions,
  type KrytenConfigInput,
} from "@kit/kryten";
import { context, type MeterProvider, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import { connect, headers, type MsgHdrs, type NatsConnection } from "nats";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../support/kryten/eventually.js";
import { NatsServer } from "../support/kryten/nats-server.js";
import { QuietLogger } from "../support/kryten/quiet-logger.js";
import { StandInBridge } from "../support/kryten/stand-in-bridge.js";
import { Telemetry } from "../support/telemetry.js";
import { config } from "./setup.js";

type Wire = { subject: string; headers: MsgHdrs | undefined; body: string };

let server: NatsServer;
let bridge: StandInBridge;
let tap: NatsConnection;
let telemetry: Telemetry;
let client: KrytenClient | undefined;
const wire: Wire[] = [];

beforeAll(async () => {
  server = await NatsServer.start();
  bridge = await StandInBridge.start({ servers: server.url });
  tap = await connect({ servers: server.url });
  tap.subscribe("kryten.>", {
    callback: (_error, { subject, headers, data }) =>
      void wire.push({ subject, headers, body: Buffer.from(data).toString() }),
  });
  await tap.flush();
});

afterAll(async () => {
  await tap?.close();
  await bridge?.stop();
  await server?.stop();
});

beforeEach(async () => {
  await tap.flush();
  wire.length = 0;
  telemetry = new Telemetry();
});

afterEach(async () => {
  await client?.disconnect();
  client = undefined;
  context.disable();
});

async function open(
  options: KrytenClientOptions = {},
  extra: Partial<KrytenConfigInput> = {},
): Promise<KrytenClient> {
  const { tracerProvider, meterProvider } = telemetry;
  const propagator = new W3CTraceContextPropagator();
  client = await Client.open(config(server.url, extra), {
    logger: new QuietLogger(),
    tracerProvider,
    meterProvider,
    propagator,
    ...options,
  });
  return client;
}

const named = (name: string) => telemetry.spans.filter((span) => span.name === name);

async function only(name: string): Promise<ReadableSpan> {
  const [span, ...others] = await eventually(`a span ${name}`, () => {
    const found = named(name);
    return found.length > 0 ? found : undefined;
  });
  expect(others).toEqual([]);
  return span!;
}

const parentOf = (span: ReadableSpan) => span.parentSpanContext?.spanId;

describe("a command", () => {
  it("is one PRODUCER span whose context goes along in the message's headers", async () => {
    const id = await (await open()).sendChat("lounge", "Hello");
    const span = await only("publish kryten.robot.command");
    const sent = await eventually("the message arrives", () => wire[0]);
    expect(span.kind).toBe(SpanKind.PRODUCER);
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
    expect(span.attributes).toEqual({
      "messaging.system.name": "nats",
      "messaging.operation.name": "publish",
      "messaging.operation.type": "send",
      "messaging.destination.name": "kryten.robot.command",
      "messaging.message.body.size": sent.body.length,
      "messaging.message.conversation_id": id,
      "server.address": "127.0.0.1",
      "server.port": server.port,
      "kryten.command": "say",
      "kryten.service": "robot",
      "kryten.channel": "lounge",
      "kryten.domain": "cytu.be",
    });
    const { traceId, spanId } = span.spanContext();
    expect(sent.headers?.get("traceparent")).toBe(`00-${traceId}-${spanId}-01`);
    expect(sent.body).not.toContain(traceId);
  });

  it("is a CLIENT span when its answer is waited for, and tells what the bridge said", async () => {
    const kryten = await open();
    await kryten.pause("lounge", { confirm: true });
    await kryten.sendCommand("robot", "jump", { uid: 1 }, { confirm: true }).catch(() => {});
    const spans = named("request kryten.robot.command");
    expect(
      spans.map(({ kind, attributes }) => [
        kind,
        attributes["kryten.reply.success"],
        attributes["error.type"],
      ]),
    ).toEqual([
      [SpanKind.CLIENT, true, undefined],
      [SpanKind.CLIENT, false, "CommandError"],
    ]);
  });

  it("tells how long the pace of chat held it back, which the span does not include", async () => {
    const kryten = await open({}, { chatMinDelay: 0.2 });
    await Promise.all([kryten.sendChat("lounge", "1"), kryten.sendChat("lounge", "2")]);
    const [first, second] = named("publish kryten.robot.command");
    expect(first?.attributes).not.toHaveProperty("kryten.throttle.wait_seconds");
    expect(second?.attributes["kryten.throttle.wait_seconds"]).toBeGreaterThan(0.15);
  });

  it("keeps the old name of the system attribute for those who opt in", async () => {
    process.env.OTEL_SEMCONV_STABILITY_OPT_IN = "http, messaging/dup";
    try {
      await (await open()).pause("lounge");
    } finally {
      delete process.env.OTEL_SEMCONV_STABILITY_OPT_IN;
    }
    expect((await only("publish kryten.robot.command")).attributes).toMatchObject({
      "messaging.system": "nats",
      "messaging.system.name": "nats",
    });
  });
});

describe("a question", () => {
  it("is a CLIENT span", async () => {
    await (await open()).ping();
    const span = await only("request kryten.robot.command");
    expect(span.kind).toBe(SpanKind.CLIENT);
    expect(span.attributes).toMatchObject({
      "messaging.operation.name": "request",
      "messaging.operation.type": "send",
      "kryten.command": "system.ping",
      "kryten.reply.success": true,
    });
  });

  it("fails its span with the time-out, or with the code when nobody listens", async () => {
    const kryten = await open();
    await kryten.sendCommand("robot", "unheardOf", {}, { confirm: true, timeout: 0.1 }).catch(() => {});
    await kryten.natsRequest("nobody.home", {}).catch(() => {});
    const late = await only("request kryten.robot.command");
    expect(late.attributes["error.type"]).toBe("KrytenTimeoutError");
    expect(late.status.code).toBe(SpanStatusCode.ERROR);
    const unheard = await only("request");
    expect(unheard.attributes).toMatchObject({
      "error.type": "NO_RESPONDERS",
      "messaging.destination.name": "nobody.home",
    });
  });

  it("about the rank has neither domain nor channel in its name", async () => {
    await (await open()).getUserLevel("lounge");
    const span = await only("request kryten.user_level.{domain}.{channel}");
    expect(span.attributes).toMatchObject({
      "messaging.destination.name": "kryten.user_level.cytu.be.lounge",
      "messaging.destination.template": "kryten.user_level.{domain}.{channel}",
    });
  });
});

describe("a handler", () => {
  it("is a CONSUMER span, the root of a trace for events of the bridge, and the parent of its commands", async () => {
    const kryten = await open();
    kryten.on("chatmsg", async function greet(event) {
      await kryten.sendChat(event.channel, "hi");
    });
    const ambient = telemetry.tracerProvider.getTracer("app").startSpan("ambient");
    context.with(trace.setSpan(context.active(), ambient), () =>
      bridge.emit("chatMsg", { username: "ann", msg: "hello" }),
    );
    const sent = await only("publish kryten.robot.command");
    const span = await only("process kryten.events.cytube.{channel}.chatmsg");
    expect(span.kind).toBe(SpanKind.CONSUMER);
    expect(parentOf(span)).toBeUndefined();
    expect(span.attributes).toMatchObject({
      "messaging.operation.type": "process",
      "messaging.destination.name": "kryten.events.cytube.lounge.chatmsg",
      "messaging.destination.template": "kryten.events.cytube.{channel}.chatmsg",
      "messaging.message.conversation_id": expect.stringMatching(/^[0-9a-f-]{36}$/),
      "messaging.message.body.size": expect.any(Number),
      "kryten.event": "chatmsg",
      "kryten.channel": "lounge",
      "kryten.domain": "cytu.be",
      "kryten.handler.name": "greet",
    });
    expect(parentOf(sent)).toBe(span.spanContext().spanId);
    ambient.end();
  });

  it("is a span each, and none without a handler", async () => {
    const kryten = await open();
    let runs = 0;
    for (let n = 0; n < 3; n++) kryten.on("usercount", () => void runs++);
    bridge.emit("emoteList", []);
    bridge.emit("usercount", 1);
    await eventually("all have run", () => runs === 3);
    expect(named("process kryten.events.cytube.{channel}.usercount")).toHaveLength(3);
    expect(telemetry.spans.filter(({ name }) => name.startsWith("process"))).toHaveLength(3);
  });

  it("continues the trace of whoever sent the message with headers, in any case", async () => {
    const kryten = await open();
    kryten.subscribe("my.orders", () => {});
    await kryten.nats?.flush();
    const carried = headers();
    carried.set("TraceParent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    tap.publish("my.orders", "{}", { headers: carried });
    const span = await only("process my.orders");
    expect(span.spanContext().traceId).toBe("0af7651916cd43dd8448eb211c80319c");
    expect(parentOf(span)).toBe("b7ad6b7169203331");
  });

  it("starts its own trace with a link when told to", async () => {
    const kryten = await open({ processSpan: "link" });
    kryten.subscribe("my.orders", () => {});
    await kryten.publish("my.orders", "{}");
    const span = await only("process my.orders");
    const sent = await only("publish");
    expect(parentOf(span)).toBeUndefined();
    expect(span.links.map((link) => link.context.spanId)).toEqual([sent.spanContext().spanId]);
    expect(span.spanContext().traceId).not.toBe(sent.spanContext().traceId);
  });

  it("that throws fails its span with the class of what it threw", async () => {
    const kryten = await open();
    kryten.on("chatmsg", () => {
      throw new RangeError("ann said something private");
    });
    bridge.emit("chatMsg", {});
    const span = await only("process kryten.events.cytube.{channel}.chatmsg");
    expect(span.attributes["error.type"]).toBe("RangeError");
    expect(span.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(span.events.map(({ name, attributes }) => [name, attributes])).toEqual([
      ["exception", { "exception.type": "RangeError" }],
    ]);
  });

  it("of requests sends its answer as a span without the inbox in it", async () => {
    const kryten = await open();
    kryten.subscribeRequestReply("my.service", function answer() {
      return { fine: true };
    });
    await kryten.natsRequest("my.service", {});
    const answered = await only("process my.service");
    const reply = await only("publish (temporary)");
    expect(parentOf(reply)).toBe(answered.spanContext().spanId);
    expect(reply.attributes["messaging.destination.temporary"]).toBe(true);
    expect(reply.attributes).not.toHaveProperty("messaging.destination.name");
    expect(answered.attributes["kryten.handler.name"]).toBe("answer");
  });
});

describe("span names", () => {
  it("hold no channel, user or identifier, whatever the channel is called", async () => {
    const channels = Array.from({ length: 1000 }, (_, n) => ({
      domain: `d${n}.example`,
      channel: `Room-${n}-${crypto.randomUUID()}`,
    }));
    const kryten = await open({}, { channels });
    let handled = 0;
    kryten.on("chatmsg", () => void handled++);
    kryten.on("weirdEvent", () => void handled++);
    await Promise.all(
      channels.map(async ({ channel, domain }) => {
        await kryten.kickUser(channel, "someone");
        for (const event of ["chatMsg", "weirdEvent"]) {
          const body = { event_name: event, payload: {}, channel, domain };
          tap.publish(
            `kryten.events.cytube.${channel.toLowerCase()}.${event.toLowerCase()}`,
            JSON.stringify(body),
          );
        }
        await kryten.publish(`my.${crypto.randomUUID()}`, "x");
      }),
    );
    await kryten.publish("kryten.lifecycle.0af76519-16cd-43dd-8448-eb211c80319c.startup", "{}");
    await eventually("all are handled", () => handled === 2000);
    expect([...new Set(telemetry.spans.map(({ name }) => name))].sort()).toEqual([
      "kryten connect",
      "process kryten.events.cytube.{channel}.chatmsg",
      "process kryten.events.cytube.{channel}.{event}",
      "publish",
      "publish kryten.lifecycle.{id}.startup",
      "publish kryten.robot.command",
    ]);
  });
});

describe("headers", () => {
  it("of the application win over the trace context", async () => {
    const given = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    await (await open()).publish("kryten.x", "x", { headers: { Traceparent: given, other: "1" } });
    const sent = await eventually("it arrives", () => wire.find(({ subject }) => subject === "kryten.x"));
    expect(sent.headers?.get("Traceparent")).toBe(given);
    expect(sent.headers?.get("traceparent")).toBe("");
    expect(sent.headers?.get("other")).toBe("1");
  });

  it("are not added when told so, nor where they would not fit", async () => {
    const kryten = await open({ propagate: false });
    await kryten.pause("lounge");
    await kryten.disconnect();
    const second = await open();
    await second.publish("kryten.large", new Uint8Array(1_048_576));
    await eventually("both arrive", () => wire.length >= 2);
    expect(wire.map(({ headers }) => headers?.get("traceparent") ?? "")).toEqual(["", ""]);
  });

  it("are not added for a server that takes none, and publishing works", async () => {
    const plain = await NatsServer.start({ jetstream: false, config: "no_header_support: true" });
    const kryten = await open({}, { nats: { servers: [plain.url] } });
    const seen: string[] = [];
    kryten.subscribe("a.b", (message) => void seen.push(message.string()));
    await kryten.publish("a.b", "fine");
    await eventually("it arrives", () => seen.length === 1);
    expect(kryten.nats?.info?.headers ?? false).toBe(false);
    await kryten.disconnect();
    await plain.stop();
  });
});

describe("content", () => {
  const SECRETS = [
    "private-line",
    "ann-the-user",
    "user:hidden-key",
    "spam-reason",
    "motd-text",
    "stored-value",
  ];

  async function useEverything(kryten: KrytenClient): Promise<void> {
    kryten.on("chatmsg", (event) => {
      throw new Error(`failed on ${event.message} by ${event.username}`);
    });
    await kryten.sendChat("lounge", "private-line");
    await kryten.sendPm("lounge", "ann-the-user", "private-line");
    await kryten.kickUser("lounge", "ann-the-user", "spam-reason", { confirm: true });
    await kryten.unban("lounge", "ann-the-user", { confirm: true }).catch(() => {});
    await kryten.setMotd("lounge", "motd-text");
    await kryten.getUser("lounge", "ann-the-user");
    await kryten.kvPut("bucket", "user:hidden-key", "stored-value");
    await kryten.kvGet("bucket", "user:hidden-key");
    await kryten.kvPut("bucket", "bad key user:hidden-key", 1).catch(() => {});
    bridge.emit("chatMsg", { username: "ann-the-user", msg: "private-line" });
    await only("process kryten.events.cytube.{channel}.chatmsg");
  }

  const recorded = () =>
    JSON.stringify(
      telemetry.spans.map(({ name, attributes, events, status, links }) => ({
        name,
        attributes,
        events,
        status,
        links,
      })),
    );

  it("is in no name, attribute, event, exception or log by default", async () => {
    const logger = new QuietLogger();
    await useEverything(await open({ logger }));
    for (const secret of SECRETS) {
      expect(recorded()).not.toContain(secret);
      expect(logger.lines.join("\n")).not.toContain(secret);
    }
  });

  it("is recorded when asked for, and redacted first", async () => {
    await useEverything(
      await open({ captureContent: true, redact: (text) => text.replace("private", "[redacted]") }),
    );
    const attributes = telemetry.spans.map((span) => span.attributes);
    expect(attributes).toContainEqual(
      expect.objectContaining({
        "kryten.command": "pm",
        "kryten.message.text": "[redacted]-line",
        "kryten.user.name": "ann-the-user",
      }),
    );
    expect(attributes).toContainEqual(
      expect.objectContaining({
        "kryten.event": "chatmsg",
        "kryten.message.text": "[redacted]-line",
        "kryten.user.name": "ann-the-user",
      }),
    );
    expect(attributes).toContainEqual(expect.objectContaining({ "kryten.kv.key": "user:hidden-key" }));
    expect(recorded()).not.toContain("private-line");
    expect(recorded()).toContain("failed on [redacted]-line");
  });

  it("follows the switch of the GenAI conventions", async () => {
    process.env.OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT = "SPAN_ONLY";
    try {
      await (await open()).sendChat("lounge", `x${"é".repeat(1000)}`);
    } finally {
      delete process.env.OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT;
    }
    const span = await only("publish kryten.robot.command");
    // At most 1024 bytes, and no half character.
    expect(span.attributes["kryten.message.text"]).toBe(`x${"é".repeat(511)}`);
  });
});

describe("telemetry that fails", () => {
  const broken = () => {
    throw new Error("broken");
  };

  it("fails no command, no question, no handler and no stored value", async () => {
    const meter = { createHistogram: () => ({ record: broken }), createCounter: () => ({ add: broken }) };
    const kryten = await open({
      tracerProvider: { getTracer: () => ({ startSpan: broken, startActiveSpan: broken }) },
      meterProvider: { getMeter: () => meter } as unknown as MeterProvider,
      propagator: { inject: broken, extract: broken, fields: () => [] },
      captureContent: true,
      redact: broken,
    });
    const seen: string[] = [];
    kryten.on("chatmsg", (event) => void seen.push(event.message));
    await kryten.sendChat("lounge", "x", { confirm: true });
    expect(await kryten.ping()).toMatchObject({ pong: true });
    await kryten.kvPut("bucket", "k", 1);
    const carried = headers();
    carried.set("traceparent", "x");
    const body = { event_name: "chatMsg", payload: { msg: "hi" }, channel: "lounge", domain: "cytu.be" };
    tap.publish("kryten.events.cytube.lounge.chatmsg", JSON.stringify(body), { headers: carried });
    await eventually("the handler runs", () => seen.length === 1);
    expect(kryten.health()).toMatchObject({ errors: 0, commandsSent: 1 });
  });

  it("records no content that could not be redacted", async () => {
    await (await open({ captureContent: true, redact: broken })).sendChat("lounge", "private");
    const span = await only("publish kryten.robot.command");
    expect(span.attributes["kryten.message.text"]).toBe("");
  });
});

describe("the key-value store", () => {
  it("is a CLIENT span for each operation", async () => {
    const kryten = await open();
    await kryten.kvPut("my-bucket", "k", "12345");
    await kryten.kvGet("my-bucket", "k");
    await kryten.kvGet("my-bucket", "absent");
    await kryten.kvKeys("my-bucket");
    await kryten.kvGetAll("my-bucket");
    await kryten.kvDelete("my-bucket", "k");
    await kryten.getStateMotd("Some Channel").catch(() => {});
    await kryten.getStateMotd("SomeChannel");
    const spans = telemetry.spans.filter((span) => span.attributes["db.system.name"] === "nats");
    expect(spans.map(({ name }) => name)).toEqual([
      "put my-bucket",
      "get my-bucket",
      "get my-bucket",
      "keys my-bucket",
      "get_all my-bucket",
      "delete my-bucket",
      "get kryten_{channel}_state",
    ]);
    expect(spans.every(({ kind }) => kind === SpanKind.CLIENT)).toBe(true);
    expect(spans[0]?.attributes).toEqual({
      "db.system.name": "nats",
      "db.operation.name": "put",
      "db.collection.name": "my-bucket",
      "server.address": "127.0.0.1",
      "server.port": server.port,
      "kryten.kv.value.size": 5,
    });
    expect(spans.slice(1, 3).map(({ attributes }) => attributes["kryten.kv.hit"])).toEqual([true, false]);
    expect(spans[6]?.attributes["db.collection.name"]).toBe("kryten_SomeChannel_state");
  });
});

describe("lifecycle messages", () => {
  it("are spans, heartbeats only when asked for", async () => {
    const kryten = await open({}, { service: { name: "my-bot" } });
    await kryten.lifecycle?.publishHeartbeat();
    await kryten.disconnect();
    const names = telemetry.spans.map(({ name }) => name);
    expect(names).toContain("publish kryten.lifecycle.my-bot.startup");
    expect(names).toContain("publish kryten.lifecycle.my-bot.shutdown");
    expect(names).not.toContain("publish kryten.lifecycle.my-bot.heartbeat");
    const traced = await open({ traceHeartbeats: true }, { service: { name: "my-bot" } });
    await traced.lifecycle?.publishHeartbeat();
    await only("publish kryten.lifecycle.my-bot.heartbeat");
  });

  it("run restart callbacks in a span that continues the asker's trace", async () => {
    const kryten = await open({}, { service: { name: "my-bot", enableLifecycle: false } });
    kryten.onGroupRestart(function restart() {});
    await kryten.nats?.flush();
    await kryten.lifecycle?.publishGroupRestart({ reason: "r" });
    const handled = await only("process kryten.lifecycle.group.restart");
    const asked = await only("publish kryten.lifecycle.group.restart");
    expect(parentOf(handled)).toBe(asked.spanContext().spanId);
    expect(handled.attributes["kryten.handler.name"]).toBe("restart");
  });
});

describe("metrics", () => {
  it("count messages once and time what was done, without anything of many values", async () => {
    const kryten = await open();
    let runs = 0;
    kryten.on("chatmsg", () => void runs++);
    kryten.on("chatmsg", () => void runs++);
    await kryten.sendChat("lounge", "x");
    await kryten.natsRequest("nobody.home", {}).catch(() => {});
    bridge.emit("chatMsg", {});
    await eventually("both have run", () => runs === 2);
    await kryten.disconnect();
    const { metrics } = await telemetry.collect();
    const points = Object.fromEntries(
      metrics
        .flatMap((scope) => scope.metrics)
        .map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints]),
    );
    expect(Object.keys(points).sort()).toEqual([
      "messaging.client.consumed.messages",
      "messaging.client.operation.duration",
      "messaging.client.sent.messages",
      "messaging.process.duration",
    ]);
    const place = {
      "messaging.system.name": "nats",
      "server.address": "127.0.0.1",
      "server.port": server.port,
    };
    const event = {
      "messaging.operation.name": "process",
      "messaging.destination.template": "kryten.events.cytube.{channel}.chatmsg",
    };
    expect(points["messaging.client.consumed.messages"]).toMatchObject([
      { value: 1, attributes: { ...place, ...event } },
    ]);
    expect(points["messaging.process.duration"]).toMatchObject([
      { value: { count: 2 }, attributes: { ...place, ...event } },
    ]);
    expect(points["messaging.client.sent.messages"]?.map(({ attributes }) => attributes)).toEqual([
      {
        ...place,
        "messaging.operation.name": "publish",
        "messaging.destination.name": "kryten.robot.command",
      },
      { ...place, "messaging.operation.name": "request", "error.type": "NO_RESPONDERS" },
    ]);
  });
});
