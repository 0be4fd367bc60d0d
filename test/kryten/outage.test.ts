import { type KrytenClient, KrytenError, PublishError } from "@kit/kryten";
import { connect, type NatsConnection } from "nats";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../support/kryten/eventually.js";
import { NatsServer } from "../support/kryten/nats-server.js";
import { openClient } from "./setup.js";

let server: NatsServer;
let client: KrytenClient;
let bridge: NatsConnection;
let received: Map<string, number>;

beforeEach(async () => {
  server = await NatsServer.start({ jetstream: false });
  received = new Map();
  bridge = await connect({ servers: server.url, reconnectTimeWait: 50, maxReconnectAttempts: -1 });
  bridge.subscribe("kryten.robot.command", {
    callback: (_error, message) => {
      const { args } = message.json<{ args: { message: string } }>();
      received.set(args.message, (received.get(args.message) ?? 0) + 1);
    },
  });
  await bridge.flush();
});

afterEach(async () => {
  await client?.disconnect();
  await bridge?.close();
  await server?.stop();
});

describe("server killed and started again", () => {
  it("turns isConnected off and on, and delivers a command issued meanwhile once", async () => {
    client = await openClient(server.url, { retryDelay: 0.5, retryAttempts: 6 });
    await server.down();
    await eventually("the client notices", () => !client.isConnected);
    expect(client.health().state).toBe("connecting");
    const command = client.sendCommand("robot", "say", "meanwhile");
    await server.up();
    await bridge.flush().catch(() => {});
    await command;
    await eventually("the client is back", () => client.isConnected);
    await eventually("the command arrives", () => received.get("meanwhile"));
    expect(received.get("meanwhile")).toBe(1);
  });

  it("counts no command that it never could write", async () => {
    client = await openClient(server.url, { retryDelay: 0.1 });
    await server.down();
    await eventually("the client notices", () => !client.isConnected);
    await expect(client.addMedia("lounge", "yt", "x", { timeout: 0.05 })).rejects.toThrow("no reply");
    await expect(client.pause("lounge")).rejects.toThrow(PublishError);
    expect(client.health().commandsSent).toBe(0);
  });

  it("under load, every command succeeds, fails with a typed error, or is reported ambiguous; none hangs", async () => {
    const nats = { servers: [server.url], reconnectTimeWait: 1, connectTimeout: 2 };
    client = await openClient(server.url, { nats, retryDelay: 0.5, retryAttempts: 6 });
    const outcomes = new Map<string, "sent" | "ambiguous" | "refused">();
    const pending: Promise<void>[] = [];
    const send = (text: string) => {
      const sending = client.sendCommand("robot", "say", text).then(
        () => outcomes.set(text, "sent"),
        (error: unknown) => {
          expect(error).toBeInstanceOf(KrytenError);
          outcomes.set(text, error instanceof PublishError && error.ambiguous ? "ambiguous" : "refused");
        },
      );
      pending.push(sending.then(() => {}));
    };
    let sent = 0;
    const load = setInterval(() => {
      for (let n = 0; n < 20; n++) send(`line ${sent++}`);
    }, 5);
    for (let round = 0; round < 2; round++) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      await server.down();
      await eventually("the client notices", () => !client.isConnected);
      await server.up();
      await eventually("the client is back", () => client.isConnected);
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    clearInterval(load);
    await Promise.all(pending);
    await eventually("the bridge is back", () =>
      bridge.flush().then(
        () => true,
        () => false,
      ),
    );
    expect(outcomes.size).toBe(sent);
    const count = (kind: string) => [...outcomes.values()].filter((outcome) => outcome === kind).length;
    expect(count("sent")).toBeGreaterThan(0);
    for (const [text, times] of received) expect(times, text).toBe(1);
    // What arrived was sent or reported as unknown, never reported as refused.
    for (const text of received.keys()) expect(outcomes.get(text), text).not.toBe("refused");
  });

  it("brings the subscriptions back, and runs no handler twice for one message", async () => {
    client = await openClient(server.url);
    const handled = new Map<number, number>();
    client.on("usercount", (event) => void handled.set(event.payload, (handled.get(event.payload) ?? 0) + 1));
    const raw: string[] = [];
    client.subscribe("my.subject", (message) => void raw.push(message.string()));
    const emit = (payload: number) => {
      const body = { event_name: "usercount", payload, channel: "lounge", domain: "cytu.be" };
      bridge.publish("kryten.events.cytube.lounge.usercount", JSON.stringify(body));
    };
    for (let n = 0; n < 100; n++) emit(n);
    await bridge.flush();
    await eventually("the first hundred", () => handled.size === 100);
    await server.down();
    await eventually("the client notices", () => !client.isConnected);
    await server.up();
    await eventually(
      "both are back",
      () =>
        client.isConnected &&
        bridge.flush().then(
          () => true,
          () => false,
        ),
    );
    // The subscriptions have come to the server, too, which hears of them and of the bridge's news over two connections.
    await client.nats?.flush();
    for (let n = 100; n < 200; n++) emit(n);
    bridge.publish("my.subject", "again");
    await bridge.flush();
    await eventually("the second hundred and the raw one", () => handled.size === 200 && raw.length === 1);
    expect([...handled.values()].every((times) => times === 1)).toBe(true);
  });
});

describe("server gone for good", () => {
  it("rejects a command with PublishError after its retries, and a request in its time", async () => {
    client = await openClient(server.url, { retryDelay: 0.1, retryAttempts: 2 });
    await server.down();
    await eventually("the client notices", () => !client.isConnected);
    const command = client.sendChat("lounge", "x");
    await expect(command).rejects.toThrow(PublishError);
    await expect(command).rejects.toMatchObject({
      ambiguous: false,
      message: "no connection after 2 retries",
    });
    await expect(client.ping({ timeout: 0.15 })).rejects.toMatchObject({ name: "KrytenTimeoutError" });
    await expect(client.kvGet("b", "k")).rejects.toMatchObject({ name: "KrytenConnectionError" });
  });

  it("fails run and every further command once the reconnection attempts are spent", async () => {
    const nats = { servers: [server.url], reconnectTimeWait: 1, maxReconnectAttempts: 1 };
    client = await openClient(server.url, { nats });
    const run = client.run({ handleSignals: false });
    const failed = expect(run).rejects.toMatchObject({ name: "KrytenConnectionError" });
    await server.down();
    await failed;
    expect(client.health()).toMatchObject({ connected: false, state: "error" });
    await expect(client.sendChat("lounge", "x")).rejects.toMatchObject({ name: "KrytenConnectionError" });
    await server.up();
    await client.connect();
    expect(client.isConnected).toBe(true);
  });

  it("starts anew with everything that was registered, when connected again", async () => {
    const nats = { servers: [server.url], reconnectTimeWait: 1, maxReconnectAttempts: 1 };
    client = await openClient(server.url, { nats, service: { name: "svc" } });
    const seen: string[] = [];
    client.on("usercount", () => void seen.push("event"));
    client.onGroupRestart(() => void seen.push("restart"));
    await server.down();
    await eventually("it is lost", () => client.health().state === "error");
    await server.up();
    await client.connect();
    const body = { event_name: "usercount", payload: 1, channel: "lounge", domain: "cytu.be" };
    client.nats?.publish("kryten.events.cytube.lounge.usercount", JSON.stringify(body));
    await client.lifecycle?.publishGroupRestart({ reason: "r" });
    await eventually("both are handled", () => seen.length === 2);
    expect(seen.sort()).toEqual(["event", "restart"]);
  });

  it("ends a wait for the connection when the client is closed", async () => {
    client = await openClient(server.url, { retryDelay: 30 });
    await server.down();
    await eventually("the client notices", () => !client.isConnected);
    const command = client.pause("lounge");
    const rejected = expect(command).rejects.toMatchObject({ name: "KrytenConnectionError" });
    await client.disconnect();
    await rejected;
  });
});

describe("server that stops answering", () => {
  it("leaves a command ambiguous when the server does not confirm in time", async () => {
    const nats = { servers: [server.url], connectTimeout: 1 };
    client = await openClient(server.url, { nats });
    process.kill(server.pid!, "SIGSTOP");
    try {
      // The signal takes its time: commands before it has stopped the server are still confirmed.
      const failure = () => client.sendChat("lounge", "x").catch((error: unknown) => ({ error }));
      const failed = await eventually("a command is not confirmed", async () => {
        const outcome = await failure();
        return typeof outcome === "string" ? undefined : outcome.error;
      });
      expect(failed).toMatchObject({ name: "PublishError", ambiguous: true });
    } finally {
      process.kill(server.pid!, "SIGCONT");
    }
  });
});
