import { existsSync, readdirSync } from "node:fs";
import { connect, type NatsConnection } from "nats";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../support/kryten/eventually.js";
import { ExampleProcess } from "../support/kryten/example-process.js";
import { NatsServer } from "../support/kryten/nats-server.js";
import { StandInBridge } from "../support/kryten/stand-in-bridge.js";
import { openClient } from "./setup.js";

let server: NatsServer;
let lounge: StandInBridge;
let movies: StandInBridge;
let other: NatsConnection;
let example: ExampleProcess | undefined;

beforeAll(async () => {
  server = await NatsServer.start();
  lounge = await StandInBridge.start({ servers: server.url });
  movies = await StandInBridge.start({ servers: server.url, channel: "movies" });
  other = await connect({ servers: server.url });
});

afterAll(async () => {
  await other?.close();
  await lounge?.stop();
  await movies?.stop();
  await server?.stop();
});

beforeEach(() => {
  lounge.seen.length = 0;
  movies.seen.length = 0;
});

afterEach(() => {
  example?.kill();
  example = undefined;
});

const start = async (name: string, env: Record<string, string> = {}) => {
  example = await ExampleProcess.start(name, { NATS_URL: server.url, ...env });
  return example;
};

const say = (bridge: StandInBridge, username: string, msg: string, time = Date.now() + 1000) =>
  bridge.emit("chatMsg", { username, msg, meta: {}, time });

const acted = (bridge: StandInBridge, count: number) =>
  eventually(
    `${count} commands`,
    () => bridge.seen.length >= count && bridge.seen.map(({ command, args }) => [command, args]),
    30_000,
  );

it("every example is run here", () => {
  const source = new URL("../../examples/kryten/src/", import.meta.url);
  expect(existsSync(new URL("../../examples/kryten/dist/", import.meta.url)), "built by tsc -b").toBe(true);
  expect(readdirSync(source).sort()).toEqual([
    "analytics.ts",
    "dj-bot.ts",
    "echo-bot.ts",
    "lifecycle-and-kv.ts",
    "moderator-bot.ts",
    "multi-channel.ts",
  ]);
});

describe("echo-bot", () => {
  it("repeats what is said, answers !ping, and ignores the past and itself", async () => {
    const bot = await start("echo-bot");
    say(lounge, "ann", "old", 1000);
    say(lounge, "Bot", "own");
    say(lounge, "ann", "!ping");
    say(lounge, "bob", "hello");
    expect(await acted(lounge, 2)).toEqual([
      ["say", { message: "Pong! ann" }],
      ["say", { message: "bob said: hello" }],
    ]);
    expect(lounge.services.has("echo-bot")).toBe(true);
    expect(await bot.stop()).toBe(0);
    await eventually("it says goodbye", () => !lounge.services.has("echo-bot"));
  });
});

describe("dj-bot", () => {
  it("adds for everybody, skips for moderators, and announces", async () => {
    const bot = await start("dj-bot");
    say(lounge, "bob", "!skip");
    say(lounge, "bob", "!add yt dQw4w9WgXcQ");
    expect(await acted(lounge, 2)).toEqual([
      ["addvideo", { type: "yt", id: "dQw4w9WgXcQ", pos: "end", temp: true }],
      ["pm", { to: "bob", msg: "Added as number 4711" }],
    ]);
    say(lounge, "ann", "!skip");
    await acted(lounge, 3);
    lounge.emit("changeMedia", { type: "yt", id: "x", title: "A Song", seconds: 180 });
    expect((await acted(lounge, 4)).slice(2)).toEqual([
      ["playNext", {}],
      ["say", { message: "Now playing: A Song (3 min)" }],
    ]);
    expect(await bot.stop()).toBe(0);
  });
});

describe("moderator-bot", () => {
  it("warns, mutes, kicks, and lets moderators be", async () => {
    const bot = await start("moderator-bot");
    say(lounge, "ann", "spam is fine for me");
    for (let strike = 1; strike <= 3; strike++) {
      say(lounge, "bob", "Buy SPAM");
      await acted(lounge, strike);
    }
    expect(await acted(lounge, 3)).toEqual([
      ["pm", { to: "bob", msg: "Please mind your words." }],
      ["mute", { name: "bob" }],
      ["kick", { name: "bob", reason: "Three strikes" }],
    ]);
    expect(await bot.stop()).toBe(0);
  });
});

describe("analytics", () => {
  it("counts, serves what it counted, and sums up at the end", async () => {
    const bot = await start("analytics", { METRICS_PORT: "0" });
    const [, port] = / started on port (\d+)/.exec(bot.output) ?? [];
    say(lounge, "ann", "hi");
    say(lounge, "ann", "hi");
    lounge.emit("addUser", { name: "bob", rank: 1 });
    lounge.emit("usercount", 7);
    const text = await eventually("all is counted", async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      return metrics.includes("analytics_viewers 7") && metrics;
    });
    expect(text).toContain("analytics_messages_total 2");
    expect(text).toContain("analytics_joins_total 1");
    const health = await fetch(`http://127.0.0.1:${port}/health`);
    expect(health.status).toBe(200);
    expect(await health.json()).toMatchObject({ service: "analytics", events_received: 4 });
    expect(await bot.stop()).toBe(0);
    const summary = { messages: 2, joins: 1, leaves: 0, played: 0, viewers: 7, talkers: 1 };
    expect(bot.output).toContain(JSON.stringify(summary));
  });
});

describe("multi-channel", () => {
  it("relays between channels, welcomes in the right one, and tells where it is", async () => {
    const bot = await start("multi-channel");
    say(lounge, "ann", "hello over there");
    expect(await acted(movies, 1)).toEqual([["say", { message: "[lounge] ann: hello over there" }]]);
    movies.emit("addUser", { name: "bob", rank: 1 });
    expect((await acted(movies, 2))[1]).toEqual(["pm", { to: "bob", msg: "Welcome to movies!" }]);
    say(lounge, "ann", "!where");
    expect(await acted(lounge, 1)).toEqual([
      ["say", { message: "I am in lounge (2 events), movies (1 events)" }],
    ]);
    expect(await bot.stop()).toBe(0);
  });
});

describe("lifecycle-and-kv", () => {
  it("keeps its count over a restart that the group asked for", async () => {
    const first = await start("lifecycle-and-kv");
    expect(first.output).toContain("Counter bot started at 0");
    for (let n = 0; n < 12; n++) say(lounge, n % 2 ? "ann" : "bob", "hi");
    // Not by `nats` alone: reading a bucket that is just being created can lock up nats-server 2.9.
    const reader = await openClient(server.url);
    const saved = () => reader.kvGet("kryten_counter-bot", "message_count", { parseJson: true });
    await eventually("ten are saved", async () => (await saved()) === 10);
    await reader.disconnect();
    other.publish(
      "kryten.lifecycle.other.startup",
      JSON.stringify({ service_name: "other", event_type: "startup" }),
    );
    await eventually("the other service is seen", () => first.output.includes("other: startup"));
    const restart = { initiator: "admin", reason: "new version", delay_seconds: 1 };
    other.publish("kryten.lifecycle.group.restart", JSON.stringify(restart));
    expect(await first.ended()).toBe(0);
    expect(first.output).toContain("admin asks for a restart in 1 s: new version");
    expect(first.output).toContain("Users seen: 2");
    const second = await start("lifecycle-and-kv");
    expect(second.output).toContain("Counter bot started at 12");
    expect(lounge.services.get("counter-bot")).toMatchObject({ resumed_at: 12 });
    // It is past `run()` once it reacts to something.
    other.publish(
      "kryten.lifecycle.third.startup",
      JSON.stringify({ service_name: "third", event_type: "startup" }),
    );
    await eventually("the third service is seen", () => second.output.includes("third: startup"));
    expect(await second.stop()).toBe(0);
  });
});
