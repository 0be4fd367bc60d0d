import { hostname } from "node:os";
import {
  KrytenValidationError,
  LifecycleEventPublisher,
  MockKrytenClient,
  type RestartNotice,
} from "@kit/kryten";
import { connect, type NatsConnection } from "nats";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { eventually } from "../support/kryten/eventually.js";
import { NatsServer } from "../support/kryten/nats-server.js";
import { QuietLogger } from "../support/kryten/quiet-logger.js";
import { config, openClient } from "./setup.js";

type Seen = { subject: string; body: Record<string, unknown> };

let server: NatsServer;
let other: NatsConnection;
const seen: Seen[] = [];

beforeAll(async () => {
  server = await NatsServer.start({ jetstream: false });
  other = await connect({ servers: server.url });
  other.subscribe("kryten.lifecycle.>", {
    callback: (_error, message) => void seen.push({ subject: message.subject, body: message.json() }),
  });
  await other.flush();
});

afterAll(async () => {
  await other?.close();
  await server?.stop();
});

beforeEach(async () => {
  await other.flush();
  seen.length = 0;
});

afterEach(() => void vi.useRealTimers());

const OFFSET_STAMP = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/);

function publisher(connection = other, extra = {}) {
  const logger = new QuietLogger();
  const options = {
    natsClient: connection,
    serviceName: " My.Bot ",
    serviceVersion: "1.2.0",
    logger,
    ...extra,
  };
  return new LifecycleEventPublisher(options);
}

describe("what a publisher sends", () => {
  const ROWS: [string, (p: LifecycleEventPublisher) => Promise<void>, string, Record<string, unknown>][] = [
    ["startup", (p) => p.publishStartup({ config_version: "2.1" }), "startup", { config_version: "2.1" }],
    ["startup as upstream passes it", (p) => p.publishStartup({ additional: { a: 1 } }), "startup", { a: 1 }],
    ["heartbeat", (p) => p.publishHeartbeat(), "heartbeat", {}],
    ["shutdown", (p) => p.publishShutdown(), "shutdown", { reason: "Normal shutdown" }],
    ["shutdown with a reason", (p) => p.publishShutdown("Planned"), "shutdown", { reason: "Planned" }],
    [
      "shutdown with more",
      (p) => p.publishShutdown({ reason: "R", additional: { x: 1 } }),
      "shutdown",
      { reason: "R", x: 1 },
    ],
    ["connected", (p) => p.publishConnected("CyTube"), "connected", { target: "CyTube" }],
    [
      "connected with more",
      (p) => p.publishConnected({ target: "NATS", additional: { x: 1 } }),
      "connected",
      { target: "NATS", x: 1 },
    ],
    ["disconnected", (p) => p.publishDisconnected(), "disconnected", { target: "NATS", reason: "Unknown" }],
    [
      "disconnected by a reason",
      (p) => p.publishDisconnected("Network"),
      "disconnected",
      { target: "NATS", reason: "Network" },
    ],
    [
      "disconnected from",
      (p) => p.publishDisconnected({ target: "CyTube" }),
      "disconnected",
      { target: "CyTube", reason: "Unknown" },
    ],
  ];

  it.each(ROWS)("%s", async (_name, publish, event, fields) => {
    await publish(publisher());
    const message = await eventually("it arrives", () => seen[0]);
    expect(message).toEqual({
      subject: `kryten.lifecycle.my-bot.${event}`,
      body: {
        service: "my-bot",
        version: "1.2.0",
        hostname: hostname(),
        timestamp: OFFSET_STAMP,
        uptime_seconds: null,
        service_name: "my-bot",
        event_type: event,
        ...fields,
      },
    });
  });

  it("tells the uptime once started, and endpoints and metadata once set", async () => {
    const lifecycle = publisher(other, {
      healthPort: 8080,
      metricsPort: 9090,
      metricsPath: "/m",
      enableHeartbeat: false,
    });
    await lifecycle.start();
    expect(lifecycle.isRunning).toBe(true);
    lifecycle.setMetadata("region", "eu");
    lifecycle.updateMetadata({ shard: 1 });
    await lifecycle.publishStartup();
    await lifecycle.stop();
    expect(lifecycle.isRunning).toBe(false);
    const { body } = await eventually("it arrives", () => seen[0]);
    expect(body.uptime_seconds).toEqual(expect.any(Number));
    expect(body.metadata).toEqual({
      endpoints: { health: { port: 8080, path: "/health" }, metrics: { port: 9090, path: "/m" } },
      region: "eu",
      shard: 1,
    });
  });

  it("lets extra fields replace nothing the registry files a service under", async () => {
    await publisher().publishStartup({ service: "x", hostname: "x", timestamp: "x", color: "red" });
    const { body } = await eventually("it arrives", () => seen[0]);
    expect(body).toMatchObject({
      service: "my-bot",
      hostname: hostname(),
      timestamp: OFFSET_STAMP,
      color: "red",
    });
  });

  it("a group restart with both spellings of who asks", async () => {
    await publisher().publishGroupRestart({ reason: "new configuration", delaySeconds: 30 });
    const message = await eventually("it arrives", () => seen[0]);
    expect(message).toEqual({
      subject: "kryten.lifecycle.group.restart",
      body: {
        initiator: "my-bot",
        service_name: "my-bot",
        reason: "new configuration",
        delay_seconds: 30,
        timestamp: OFFSET_STAMP,
      },
    });
  });

  it("never rejects: a closed connection is only logged", async () => {
    const closed = await connect({ servers: server.url });
    const logger = new QuietLogger();
    const lifecycle = publisher(closed, { logger });
    await closed.close();
    await lifecycle.publishStartup();
    expect(logger.lines.join()).toContain("could not publish kryten.lifecycle.my-bot.startup");
  });

  it.each<[string, (p: LifecycleEventPublisher) => Promise<void>, string]>([
    ["startup", (p) => p.publishStartup("2.1" as never), "additional must be an object"],
    ["heartbeat", (p) => p.publishHeartbeat([1] as never), "additional must be an object"],
    ["shutdown", (p) => p.publishShutdown({ additional: 5 as never }), "additional must be an object"],
    ["shutdown", (p) => p.publishShutdown({ reason: 5 as never }), "reason must be a string"],
    ["disconnected", (p) => p.publishDisconnected({ target: "" }), "target must be a non-empty string"],
    ["disconnected", (p) => p.publishDisconnected({ reason: 5 as never }), "reason must be a string"],
    [
      "group restart",
      (p) => p.publishGroupRestart({ reason: "r", initiator: "" }),
      "initiator must be a non-empty string",
    ],
  ])("refuses a %s that cannot be right by name", async (_name, publish, message) => {
    await expect(publish(publisher())).rejects.toThrow(new KrytenValidationError(message));
    await other.flush();
    expect(seen).toEqual([]);
  });

  it("takes null for no extra fields, as other languages write it", async () => {
    await publisher().publishStartup(null as never);
    await eventually("the startup", () => seen.length === 1);
  });

  it("refuses a name that leaves nothing of the subject", () => {
    expect(() => publisher(other, { serviceName: "!" })).toThrow(KrytenValidationError);
  });
});

it("does not count as running when it could not start", async () => {
  const client = new MockKrytenClient(config(server.url), { logger: new QuietLogger() });
  const lifecycle = new LifecycleEventPublisher({ natsClient: client, serviceName: "bot" });
  await expect(lifecycle.start()).rejects.toThrow("not connected");
  expect(lifecycle.isRunning).toBe(false);
  await client.connect();
  await lifecycle.start();
  const answers: unknown[] = [];
  client.subscribe("kryten.lifecycle.bot.startup", (message) => void answers.push(message.json()));
  await client.publish("kryten.service.discovery.poll", "{}");
  await eventually("the answer to the poll", () => answers.length === 1);
  await lifecycle.stop();
  await client.disconnect();
});

describe("a client with a service", () => {
  it("announces itself, answers polls, and says goodbye", async () => {
    const client = await openClient(server.url, {
      service: { name: "my-bot", version: "2.0.0", healthPort: 80 },
    });
    await eventually("the startup", () => seen.length === 1);
    other.publish("kryten.service.discovery.poll", "{}");
    await eventually("the answer to the poll", () => seen.length === 2);
    await client.disconnect("night");
    await eventually("the shutdown", () => seen.length === 3);
    expect(seen.map(({ subject }) => subject.split(".").at(-1))).toEqual(["startup", "startup", "shutdown"]);
    expect(seen[0]?.body).toMatchObject({
      version: "2.0.0",
      metadata: { endpoints: { health: { port: 80, path: "/health" } } },
    });
    expect(seen[2]?.body).toMatchObject({ reason: "night" });
  });

  it("announces nothing when told not to", async () => {
    const client = await openClient(server.url, { service: { name: "quiet", enable_lifecycle: "no" } });
    await client.disconnect();
    await other.flush();
    expect(seen).toEqual([]);
  });

  it("sends a heartbeat each interval, the first after one", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const client = await openClient(server.url, { service: { name: "my-bot", heartbeatInterval: 5 } });
    vi.advanceTimersByTime(4999);
    await client.nats?.flush();
    expect(seen.filter(({ subject }) => subject.endsWith("heartbeat"))).toEqual([]);
    vi.advanceTimersByTime(5001);
    await eventually(
      "two heartbeats",
      () => seen.filter(({ subject }) => subject.endsWith("heartbeat")).length === 2,
    );
    await client.disconnect();
    vi.advanceTimersByTime(20_000);
    await other.flush();
    expect(seen.filter(({ subject }) => subject.endsWith("heartbeat"))).toHaveLength(2);
  });
});

describe("group restart notices", () => {
  it.each([
    ["with", { service: { name: "svc", enableLifecycle: false } }],
    ["without", {}],
  ])("reach a client %s a service, also when registered before it connects again", async (_name, extra) => {
    const notices: RestartNotice[] = [];
    const client = await openClient(server.url, extra);
    client.onGroupRestart(async (notice) => void notices.push(notice));
    await client.nats?.flush();
    const asking = publisher();
    await asking.publishGroupRestart({ reason: "first", delaySeconds: 1 });
    await eventually("the first notice", () => notices.length === 1);
    expect(notices[0]).toMatchObject({
      initiator: "my-bot",
      serviceName: "my-bot",
      reason: "first",
      delaySeconds: 1,
      timestamp: OFFSET_STAMP,
      raw: { delay_seconds: 1 },
    });
    await client.disconnect();
    await client.connect();
    await asking.publishGroupRestart({ reason: "second" });
    await eventually("the second notice", () => notices.length === 2);
    await client.disconnect();
  });

  it("read either spelling, skip what is no JSON, and survive a callback that throws", async () => {
    const notices: RestartNotice[] = [];
    const client = await openClient(server.url);
    client.onGroupRestart(() => {
      throw new Error("x");
    });
    client.onGroupRestart((notice) => void notices.push(notice));
    await client.nats?.flush();
    const send = (body: string) => other.publish("kryten.lifecycle.group.restart", body);
    send('"text"');
    send('{"initiator":"a","reason":"r"}');
    send('{"service_name":"b","delay_seconds":"7"}');
    await eventually("both notices", () => notices.length === 2);
    expect(
      notices.map(({ initiator, serviceName, reason, delaySeconds }) => [
        initiator,
        serviceName,
        reason,
        delaySeconds,
      ]),
    ).toEqual([
      ["a", "a", "r", 5],
      ["b", "b", "", 7],
    ]);
    expect(client.log.lines.join()).toContain("ignored a group restart");
    expect(client.health().errors).toBe(2);
    await client.disconnect();
  });
});
