import { afterEach, describe, expect, it, vi } from "vitest";
import { CommandError, HandlerError, KrytenConnectionError, KrytenValidationError } from "../errors.js";
import { LifecycleEventPublisher } from "../service/lifecycle.js";
import { MockKrytenClient } from "./mock-client.js";

const CONFIG = {
  nats: { servers: ["nats://localhost:4222"] },
  channels: [
    { domain: "test.local", channel: "test" },
    { domain: "other.local", channel: "Other" },
  ],
  logLevel: "CRITICAL",
};

let client: MockKrytenClient;

async function open(): Promise<MockKrytenClient> {
  client = await MockKrytenClient.open(CONFIG);
  return client;
}

afterEach(() => client?.disconnect());

describe("a bot under test", () => {
  it("answers a simulated !ping with one recorded command", async () => {
    client = new MockKrytenClient(CONFIG);
    client.on("chatmsg", async (event) => {
      if (event.message === "!ping") await client.sendChat(event.channel, "Pong!");
    });
    await client.connect();
    await client.simulateEvent("chatmsg", {
      username: "alice",
      message: "!ping",
      timestamp: "2024-01-15T10:00:00Z",
      rank: 1,
    });
    const commands = client.getPublishedCommands();
    expect(commands).toHaveLength(1);
    expect(commands[0]?.data.message).toBe("Pong!");
    expect(commands[0]).toMatchObject({
      subject: "kryten.robot.command",
      action: "chat",
      command: "say",
      channel: "test",
      domain: "test.local",
      payload: { service: "robot", command: "say", args: { message: "Pong!" }, meta: { channel: "test" } },
    });
    expect(commands[0]).toMatchObject({ payload: { meta: { request_id: commands[0]?.correlationId } } });
  });

  it("counts and records what was sent, and not what was given up before", async () => {
    await open();
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(client.sendChat("test", "hi", { signal })).rejects.toThrow("enough");
    await expect(client.addMedia("test", "yt", "x", { signal })).rejects.toThrow("enough");
    await expect(client.economyRequest("test", "balance", {}, 5, { signal })).rejects.toThrow("enough");
    await expect(client.natsRequest("kryten.robot.command", {}, 5, { signal })).rejects.toThrow("enough");
    expect(client.getPublishedCommands()).toEqual([]);
    expect(client.health().commandsSent).toBe(0);
  });

  it("measures the latency of events that a handler got, and of no others", async () => {
    await open();
    client.on("chatmsg", () => {});
    await client.simulateEvent("chatmsg", "no object");
    expect(client.health().avgEventLatencyMs).toBe(0);
    await client.simulateEvent("chatmsg", { username: "ann", msg: "hi" });
    expect(client.health().avgEventLatencyMs).toBeGreaterThan(0);
  });

  it("gets events by name in any case, from the channel and domain given, or the first configured", async () => {
    await open();
    const seen: string[] = [];
    client.on(
      "ChatMsg",
      (event) => void seen.push(`${event.domain}/${event.channel} ${event.timestamp.toISOString()}`),
    );
    await client.simulateEvent("CHATMSG", { timestamp: "2024-01-15T10:00:00Z" });
    await client.simulateEvent("chatmsg", { time: 1 }, { channel: "other" });
    await client.simulateEvent("chatmsg", { time: 1 }, { channel: "x", domain: "y" });
    expect(seen).toEqual([
      "test.local/test 2024-01-15T10:00:00.000Z",
      "other.local/other 1970-01-01T00:00:00.001Z",
      "y/x 1970-01-01T00:00:00.001Z",
    ]);
    expect(client.health()).toMatchObject({ connected: true, eventsReceived: 3, handlersRegistered: 1 });
  });

  it("fails the simulation when a handler throws", async () => {
    await open();
    const cause = new Error("x");
    client.on("chatmsg", () => Promise.reject(cause));
    await expect(client.simulateEvent("chatmsg", {})).rejects.toThrow(HandlerError);
    await expect(client.simulateEvent("chatmsg", {})).rejects.toMatchObject({ cause });
    await expect(new MockKrytenClient(CONFIG).simulateEvent("chatmsg", {})).rejects.toThrow(
      KrytenConnectionError,
    );
  });

  it("is checked as by the real client", async () => {
    await open();
    await expect(client.sendPm("test", "two words", "x")).rejects.toThrow(KrytenValidationError);
    await expect(new MockKrytenClient(CONFIG).sendChat("test", "x")).rejects.toThrow(KrytenConnectionError);
  });
});

describe("recorded commands", () => {
  it("carry upstream's action beside the wire's command", async () => {
    await open();
    await client.sendPm("test", "ann", "psst");
    await client.addMedia("test", "yt", "x");
    await client.deleteMedia("test", 1);
    await client.moveMedia("test", 1, 2);
    await client.setTemp("test", 1);
    await client.setMotd("test", "m");
    expect(client.getPublishedCommands().map(({ action, command }) => [action, command])).toEqual([
      ["pm", "pm"],
      ["queue", "addvideo"],
      ["delete", "rmvideo"],
      ["move", "mvvideo"],
      ["settemp", "settemp"],
      ["setMotd", "setMotd"],
    ]);
    expect(client.health().commandsSent).toBe(6);
  });

  it("are copies, and can be cleared", async () => {
    await open();
    await client.sendChat("test", "x");
    (client.getPublishedCommands()[0]!.data as { message: string }).message = "changed";
    expect(client.getPublishedCommands()[0]?.data.message).toBe("x");
    client.clearPublishedCommands();
    expect(client.getPublishedCommands()).toEqual([]);
  });

  it("leave at once: the mock keeps no pace", async () => {
    await open();
    vi.useFakeTimers();
    try {
      for (let n = 0; n < 10; n++) await client.sendChat("test", "x");
    } finally {
      vi.useRealTimers();
    }
    expect(client.getPublishedCommands()).toHaveLength(10);
  });
});

describe("answers", () => {
  it("are those of an empty channel unless set", async () => {
    await open();
    expect(await client.getUser("test", "ann")).toBeNull();
    expect(await client.getBanlist("test")).toEqual({ banlist: [] });
    expect(await client.getUserLevel("test")).toEqual({ success: true, rank: 3 });
    expect((await client.addMedia("test", "yt", "x")).uid).toSatisfy(
      (uid: number) => uid >= 1000 && uid <= 9999,
    );
    client.setReply("state.user", { user: { name: "ann", rank: 2 } });
    client.setReply("user_level", { rank: 5, username: "Bot" });
    client.setReply("jump", { success: false, error: "no" });
    expect(await client.getUser("test", "ann")).toEqual({ name: "ann", rank: 2 });
    expect(await client.getUserLevel("test")).toEqual({ success: true, rank: 5, username: "Bot" });
    await expect(client.jumpTo("test", 1, { confirm: true })).rejects.toThrow(CommandError);
  });

  it("of the economy service are recorded under its name", async () => {
    await open();
    client.setEconomyResponse("balance.get", { success: true, data: { balance: 2000 } });
    expect(await client.economyRequest("test", "balance.get", { username: "ann" })).toMatchObject({
      data: { balance: 2000 },
    });
    expect(await client.economyRequest("test", "other")).toEqual({ success: true, data: {} });
    expect(client.getPublishedCommands().map(({ action, data }) => [action, data])).toEqual([
      ["economy.balance.get", { username: "ann" }],
      ["economy.other", {}],
    ]);
  });

  it("of the key-value store follow the rules of the real one, across connections", async () => {
    await open();
    await client.kvPut("state", "user:ann", { rank: 1 });
    await client.kvPut("state", "text", "t");
    await client.kvDelete("state", "text");
    await expect(client.kvPut("kryten_test_state", "k", 1)).rejects.toMatchObject({ code: "NO_BUCKET" });
    await client.disconnect();
    await client.connect();
    expect(await client.kvGetAll("state", { parseJson: true })).toEqual({ "user:ann": { rank: 1 } });
    expect(await client.kvGet("state", "text", { default: "d" })).toBe("d");
  });
});

describe("the bus in memory", () => {
  it("takes subjects, wildcards and requests, and lifecycle publishers", async () => {
    await open();
    const seen: string[] = [];
    client.subscribe("kryten.lifecycle.>", (message) => void seen.push(message.subject));
    client.subscribe("a.*.c", (message) => void seen.push(message.subject));
    client.subscribeRequestReply("my.service", (request) => ({ got: request }));
    const lifecycle = new LifecycleEventPublisher({ natsClient: client, serviceName: "bot" });
    await lifecycle.publishStartup();
    await client.publish("a.b.c", "x");
    await client.publish("a.b", "x");
    await client.publish("kryten.lifecycle", "x");
    expect(await client.natsRequest("my.service", 1)).toEqual({ got: 1 });
    await expect(client.natsRequest("nobody.home", 1)).rejects.toMatchObject({ code: "NO_RESPONDERS" });
    expect(seen).toEqual(["kryten.lifecycle.bot.startup", "a.b.c"]);
  });
});
