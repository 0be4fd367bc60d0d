import {
  CommandError,
  type KrytenClient,
  KrytenConnectionError,
  KrytenError,
  KrytenTimeoutError,
} from "@kit/kryten";
import { connect, type NatsConnection } from "nats";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NatsServer } from "../support/kryten/nats-server.js";
import { StandInBridge } from "../support/kryten/stand-in-bridge.js";
import { openClient } from "./setup.js";

let server: NatsServer;
let bridge: StandInBridge;
let client: KrytenClient;
let other: NatsConnection;

beforeAll(async () => {
  server = await NatsServer.start();
  bridge = await StandInBridge.start({ servers: server.url });
  other = await connect({ servers: server.url });
  client = await openClient(server.url, { service: { name: "my-bot" } });
});

afterAll(async () => {
  await client?.disconnect();
  await other?.close();
  await bridge?.stop();
  await server?.stop();
});

type Row = [name: string, ask: (c: KrytenClient) => Promise<unknown>, answer: unknown];

const ANSWERS: Row[] = [
  [
    "getUser",
    (c) => c.getUser("lounge", "ann"),
    { name: "ann", rank: 2, profile: { image: "", text: "hi" }, meta: { afk: false } },
  ],
  ["getUser of somebody absent", (c) => c.getUser("lounge", "Ann"), null],
  ["getUserProfile", (c) => c.getUserProfile("lounge", "ann"), { image: "", text: "hi" }],
  ["getAllProfiles", (c) => c.getAllProfiles("lounge"), { ann: { image: "", text: "hi" } }],
  ["getUserLevel", (c) => c.getUserLevel("lounge"), { success: true, rank: 3, username: "Bot" }],
  ["getStateEmotes", (c) => c.getStateEmotes("lounge"), [{ name: ":hi:", image: "https://x/hi.png" }]],
  ["exportEmotes", (c) => c.exportEmotes("lounge"), [{ name: ":hi:", image: "https://x/hi.png" }]],
  ["getStateChannelOptions", (c) => c.getStateChannelOptions("lounge"), {}],
  ["getStateChannelPermissions", (c) => c.getStateChannelPermissions("lounge"), {}],
  [
    "getBanlist",
    (c) => c.getBanlist("lounge"),
    { banlist: [expect.objectContaining({ id: 7, name: "troll" })] },
  ],
  ["getChannelRanks", (c) => c.getChannelRanks("lounge"), { ranks: [{ name: "ann", rank: 4 }] }],
  ["getChanLog", (c) => c.getChanLog("lounge"), { log: { success: true, data: "a line" } }],
  [
    "getLibrarySearch",
    (c) => c.getLibrarySearch("lounge", "cats"),
    { results: [expect.objectContaining({ title: "cats" })] },
  ],
  ["getChannels", (c) => c.getChannels(), [{ domain: "cytu.be", channel: "lounge", connected: true }]],
  ["getVersion", (c) => c.getVersion(), "1.12.4"],
  [
    "getConfig",
    (c) => c.getConfig(),
    expect.objectContaining({ logLevel: "INFO", nats: { servers: ["nats://x"], maxReconnectAttempts: 10 } }),
  ],
  [
    "ping, one of two answers",
    (c) => c.ping(),
    expect.objectContaining({ pong: true, uptimeSeconds: 5, version: "1.12.4" }),
  ],
  [
    "reloadConfig",
    (c) => c.reloadConfig(),
    { success: true, message: "Reloaded", changes: { log_level: "INFO" }, errors: [] },
  ],
  [
    "reloadConfig refused",
    (c) => c.reloadConfig("/missing.json"),
    expect.objectContaining({ success: false, errors: ["not found"] }),
  ],
  [
    "shutdown",
    (c) => c.shutdown({ delaySeconds: 300, reason: "night" }),
    {
      success: true,
      message: "Shutdown scheduled",
      delaySeconds: 300,
      shutdownTime: "2026-03-01T12:31:00+00:00",
      reason: "night",
    },
  ],
];

describe("what a query resolves to", () => {
  it.each(ANSWERS)("%s", async (_name, ask, answer) => {
    expect(await ask(client)).toEqual(answer);
  });

  it("getStats takes the answer with events, whichever of the two comes first", async () => {
    for (let round = 0; round < 20; round++) {
      const stats = await client.getStats();
      expect(stats).toMatchObject({
        uptimeSeconds: 12.5,
        events: { totalPublished: 3, rate1min: 0.1 },
        memory: { rssMb: 50 },
      });
    }
  });

  it("getServices spells what the bridge made in camelCase and leaves metadata alone", async () => {
    client.lifecycle?.setMetadata("my_key", { inner_key: 1 });
    await client.lifecycle?.publishStartup();
    const { services, count, activeCount } = await client.getServices();
    expect({ count, activeCount }).toEqual({ count: 1, activeCount: 1 });
    expect(services[0]).toMatchObject({
      name: "my-bot",
      isStale: false,
      metadata: { my_key: { inner_key: 1 } },
    });
  });
});

describe("what a query rejects with", () => {
  it("CommandError when the bridge refused", async () => {
    await expect(client.natsRequest("kryten.robot.command", { command: "" })).resolves.toMatchObject({
      success: false,
    });
    await expect(client.getLibrarySearch("closed-channel", "q", "library", { timeout: 0.1 })).rejects.toThrow(
      KrytenTimeoutError,
    );
    const disabled = await StandInBridge.start({
      servers: server.url,
      channel: "off",
      commandsEnabled: false,
    });
    await expect(client.getBanlist("off").finally(() => disabled.stop())).rejects.toThrow(CommandError);
  });

  it("KrytenConnectionError when nobody listens, at once", async () => {
    const request = client.natsRequest("nobody.home", {}, 60);
    await expect(request).rejects.toThrow(KrytenConnectionError);
    await expect(request).rejects.toMatchObject({ code: "NO_RESPONDERS" });
  });

  it("KrytenTimeoutError when nobody answers, with the time that was given", async () => {
    const quiet = other.subscribe("quiet.service");
    await other.flush();
    const request = client.natsRequest("quiet.service", {}, 0.1);
    await expect(request).rejects.toThrow(/^no reply to the request within 0.1 s$/);
    quiet.unsubscribe();
  });

  it("KrytenError when the answer has another shape", async () => {
    const sub = other.subscribe("odd.answer", {
      callback: (_error, message) => void message.respond("no json"),
    });
    await other.flush();
    await expect(client.natsRequest("odd.answer", {})).rejects.toThrow(KrytenError);
    sub.unsubscribe();
  });

  it("nothing for users: silence counts as not known", async () => {
    const quiet = other.subscribe("kryten.robot.command");
    expect(await client.getUser("lounge", "nobody", { timeout: 0.2 })).toBeNull();
    quiet.unsubscribe();
  });
});

describe("getUserLevel", () => {
  it("asks older bridges on their subject when nobody serves the new one", async () => {
    const old = other.subscribe("cytube.user_level.old.tv.myroom", {
      callback: (_error, message) => void message.respond(JSON.stringify({ success: true, rank: 5 })),
    });
    await other.flush();
    expect(await client.getUserLevel("MyRoom", { domain: "Old.tv" })).toEqual({ success: true, rank: 5 });
    old.unsubscribe();
  });

  it("never rejects", async () => {
    expect(await client.getUserLevel("two words")).toMatchObject({ success: false });
    expect(await client.getUserLevel("nowhere")).toEqual({
      success: false,
      error: "nobody serves this subject",
    });
  });
});

describe("safe commands", () => {
  it("refuse when the bot's rank is too low, and send nothing", async () => {
    bridge.seen.length = 0;
    expect(await client.safeSetChannelRank("lounge", "ann", 2)).toEqual({
      success: false,
      error: "insufficient rank: needs 4, has 3",
      rank: 3,
    });
    await bridge.flush();
    expect(bridge.seen).toEqual([]);
  });

  it("send when the rank is enough", async () => {
    expect(await client.safeSetMotd("lounge", "hello")).toEqual({
      success: true,
      rank: 3,
      messageId: expect.any(String),
    });
    expect(await client.safeAssignLeader("lounge", "ann")).toMatchObject({ success: true });
    expect(await client.safeUpdateEmote("lounge", "a", "b")).toMatchObject({ success: true });
    expect(await client.safeAddFilter("lounge", "n", "s", "", "")).toMatchObject({ success: true });
    expect(await client.safeSetOptions("lounge", { a: 1 })).toMatchObject({ success: true });
  });

  it("can skip the question, and turn a bad argument into a result", async () => {
    expect(await client.safeSetChannelRank("lounge", "ann", 2, { checkRank: false })).toEqual({
      success: true,
      messageId: expect.any(String),
    });
    expect(await client.safeAssignLeader("lounge", "two words")).toMatchObject({ success: false, rank: 3 });
  });
});

describe("requests of the application itself", () => {
  it("economyRequest puts the payload beside the command and gives back the raw answer", async () => {
    const sub = other.subscribe("kryten.economy.command", {
      callback: (_error, message) =>
        void message.respond(JSON.stringify({ success: false, got: message.json() })),
    });
    await other.flush();
    expect(await client.economyRequest("lounge", "balance.get", { username: "ann" })).toEqual({
      success: false,
      got: { command: "balance.get", channel: "lounge", username: "ann" },
    });
    sub.unsubscribe();
  });

  it("subscribeRequestReply answers in JSON, and says when it cannot", async () => {
    const answers = client.subscribeRequestReply("my.service", (request) => {
      if ((request as { fail?: boolean }).fail) throw new Error("secret detail");
      return { echo: request };
    });
    await client.nats?.flush();
    const ask = async (body: string) => (await other.request("my.service", body, { timeout: 2000 })).json();
    expect(await ask('{"a":1}')).toEqual({ echo: { a: 1 } });
    expect(await ask("{")).toEqual({ error: "Invalid JSON" });
    expect(await ask('{"fail":true}')).toEqual({ error: "Internal error" });
    answers.unsubscribe();
  });
});
