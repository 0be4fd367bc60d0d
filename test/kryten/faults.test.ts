import { KrytenClient, KrytenConnectionError } from "@kit/kryten";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { eventually } from "../support/kryten/eventually.js";
import { NatsServer } from "../support/kryten/nats-server.js";
import { QuietLogger } from "../support/kryten/quiet-logger.js";
import { config, openClient } from "./setup.js";

let server: NatsServer;
let client: KrytenClient | undefined;

beforeEach(async () => {
  server = await NatsServer.start({ jetstream: false });
});

afterEach(async () => {
  await Promise.allSettled([client?.disconnect()]);
  await server?.stop();
});

const lossy = () => ({ nats: { servers: [server.url], reconnectTimeWait: 1, maxReconnectAttempts: 1 } });
const event = JSON.stringify({ event_name: "usercount", payload: 1, channel: "lounge", domain: "cytu.be" });
const SUBJECT = "kryten.events.cytube.lounge.usercount";

it("run rejects at once where the connection was lost for good before it", async () => {
  const lost = await openClient(server.url, lossy());
  client = lost;
  await server.down();
  await eventually("it is lost", () => lost.health().state === "error");
  await expect(lost.run({ handleSignals: false })).rejects.toThrow(KrytenConnectionError);
  await expect(lost.run({ handleSignals: false })).rejects.toMatchObject({
    cause: { code: expect.any(String) },
  });
});

it("a connect that is called off while handlers of the lost connection end does not connect", async () => {
  const lost = await openClient(server.url, lossy());
  client = lost;
  let end = (): void => undefined;
  const running = new Promise<void>((resolve) => {
    end = resolve;
  });
  const started = vi.fn();
  lost.on("usercount", () => {
    started();
    return running;
  });
  lost.nats?.publish(SUBJECT, event);
  await eventually("the handler runs", () => started.mock.calls.length > 0);
  await server.down();
  await eventually("it is lost", () => lost.health().state === "error");
  await server.up();
  const reason = new Error("no longer wanted");
  const stop = new AbortController();
  const connecting = lost.connect({ signal: stop.signal });
  stop.abort(reason);
  end();
  await expect(connecting).rejects.toBe(reason);
  expect(lost.isConnected).toBe(false);
  const [again] = await Promise.allSettled([lost.connect(), lost.disconnect()]);
  expect(again.status).toBe("rejected");
  expect(lost.isConnected).toBe(false);
  await lost.connect();
  expect(lost.isConnected).toBe(true);
});

it("commands that wait fail at once when the connection is lost for good", async () => {
  const lost = await openClient(server.url, { ...lossy(), retryDelay: 60 });
  client = lost;
  await server.down();
  await eventually("it is noticed", () => !lost.isConnected);
  await expect(lost.pause("lounge")).rejects.toThrow(KrytenConnectionError);
});

it("a logger that throws ends nothing: neither the client, nor its commands, nor the process", async () => {
  const unhandled: unknown[] = [];
  const onUnhandled = (error: unknown) => void unhandled.push(error);
  process.on("unhandledRejection", onUnhandled);
  const fail = () => {
    throw new Error("the disk is full");
  };
  const logger = { debug: fail, info: fail, warn: fail, error: fail };
  try {
    const noisy = new KrytenClient(config(server.url, { service: { name: "svc" } }), { logger });
    client = noisy;
    await noisy.connect();
    await noisy.connect();
    noisy.on("usercount", () => fail());
    noisy.on("chatmsg", () => undefined);
    const seen = vi.fn();
    noisy.subscribe("other", seen);
    noisy.subscribe("other", fail);
    const chat = JSON.stringify({ event_name: "chatMsg", payload: {}, channel: "lounge", domain: "cytu.be" });
    for (const body of ["no json", chat]) noisy.nats?.publish("kryten.events.cytube.lounge.chatmsg", body);
    noisy.nats?.publish(SUBJECT, event);
    noisy.nats?.publish("kryten.lifecycle.group.restart", "no json");
    noisy.nats?.publish("other", "x");
    await noisy.nats?.flush();
    await eventually("all have come", () => seen.mock.calls.length > 0);
    await server.down();
    await eventually("it is noticed", () => !noisy.isConnected);
    await server.up();
    await eventually("it is back", () => noisy.isConnected);
    await noisy.sendChat("lounge", "x");
    await noisy.disconnect();
    await new Promise(setImmediate);
  } finally {
    process.off("unhandledRejection", onUnhandled);
  }
  expect(unhandled).toEqual([]);
});

it("a storm of restarts leaves one connection, every subscription once, and nothing that grows", async () => {
  const stormy = await openClient(server.url, { service: { name: "svc" } });
  client = stormy;
  const events = vi.fn();
  stormy.on("usercount", events);
  const restarts = vi.fn();
  stormy.onGroupRestart(restarts);
  for (let round = 0; round < 4; round++) {
    await server.down(round % 2 ? "SIGTERM" : "SIGKILL");
    // Now and then back before anybody has noticed.
    if (round % 2) await eventually("it is noticed", () => !stormy.isConnected);
    await server.up();
    await eventually("it is back", async () => {
      events.mockClear();
      restarts.mockClear();
      if (!stormy.isConnected) return false;
      try {
        await stormy.nats?.flush();
        stormy.nats?.publish(SUBJECT, event);
        stormy.nats?.publish("kryten.lifecycle.group.restart", "{}");
        await stormy.nats?.flush();
        await new Promise(setImmediate);
        return events.mock.calls.length > 0 && restarts.mock.calls.length > 0;
      } catch {
        return false;
      }
    });
    expect(events).toHaveBeenCalledTimes(1);
    expect(restarts).toHaveBeenCalledTimes(1);
  }
  expect(stormy.log).toBeInstanceOf(QuietLogger);
  await Promise.all([stormy.disconnect(), stormy.disconnect(), stormy.disconnect()]);
  expect(stormy.health()).toMatchObject({ connected: false, state: "disconnected" });
});
