import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import {
  createClient,
  notification,
  recordEvents,
  settle,
  startFake,
  startPair,
  until,
} from "../../../../test/support/ailoop/harness.js";
import { allowNoUnhandledRejections } from "../../../../test/support/unhandled-rejections.js";
import { type AiloopClient, ConnectionError, type ConnectionEvent } from "../index.js";

allowNoUnhandledRejections(settle);

/** Calls back at the first event of that type. */
function at(client: AiloopClient, type: ConnectionEvent["type"], act: () => unknown): void {
  const off = client.addConnectionHandler((event) => {
    if (event.type !== type) return;
    off();
    act();
  });
}

it.each<[string, (client: AiloopClient) => Promise<void>]>([
  ["close", (client) => client.close()],
  ["disconnectWebsocket", (client) => client.disconnectWebsocket()],
])("%s by the handler of a failed attempt is the end of the attempts", async (_name, end) => {
  const fake = await startFake();
  fake.refuseSockets = true;
  const client = createClient(fake, { reconnectDelay: 0 });
  const events = recordEvents(client);
  at(client, "error", () => void end(client));
  await expect(client.connectWebsocket()).rejects.toThrow(ConnectionError);
  fake.refuseSockets = false;
  await settle();
  expect(events.map(({ type }) => type)).toEqual(["error"]);
  expect(fake.upgrades).toHaveLength(1);
});

it.each<[string, (client: AiloopClient) => Promise<void>]>([
  ["close", (client) => client.close()],
  ["disconnectWebsocket", (client) => client.disconnectWebsocket()],
])("%s by the handler of a lost socket keeps it from coming back", async (_name, end) => {
  const { fake, client } = await startPair({ reconnectDelay: 0 });
  const events = recordEvents(client);
  await client.connectWebsocket();
  at(client, "disconnected", () => void end(client));
  fake.dropSockets();
  await until(() => events.some(({ type }) => type === "disconnected"));
  await settle();
  expect(events.map(({ type }) => type)).toEqual(["connected", "disconnected"]);
  expect(fake.connections.total).toBe(0);
});

it("connectWebsocket by the handler of a lost socket resolves when there is another, made once", async () => {
  const { fake, client } = await startPair({ reconnectDelay: 60 });
  await client.connectWebsocket();
  const again = new Promise<void>((resolve, reject) => {
    at(client, "disconnected", () => client.connectWebsocket().then(resolve, reject));
  });
  fake.dropSockets();
  await again;
  await until(() => fake.connections.viewers === 1);
  await settle();
  expect(fake.upgrades).toHaveLength(2);
  await client.subscribeToChannel("public");
});

it("connectWebsocket by the handler that hears of the last attempt starts anew", async () => {
  const fake = await startFake();
  fake.refuseSockets = true;
  const client = createClient(fake, { reconnectDelay: 0, reconnectAttempts: 1 });
  at(client, "exhausted", () => {
    fake.refuseSockets = false;
    void client.connectWebsocket();
  });
  await client.connectWebsocket().catch(() => {});
  await until(() => fake.connections.viewers === 1);
});

it("an asynchronous connection handler that fails ends nothing", async () => {
  const { fake, client } = await startPair({ reconnectDelay: 0 });
  client.addConnectionHandler(async () => {
    throw new Error("of the handler");
  });
  await client.connectWebsocket();
  fake.dropSockets();
  await until(() => fake.upgrades.length === 2);
});

it.each(["history", "message"])(
  "close ends a wait that still reads the %s, and opens nothing",
  async (what) => {
    const { fake, client } = await startPair();
    const prompt = {
      ...notification("x"),
      id: randomUUID(),
      content: { type: "question", text: "Well?", timeout_seconds: 300 },
    };
    fake.publish(prompt);
    const asked = new Promise<void>((resolve) => {
      fake.override = (_method, path) => {
        const isHistory = path.includes("/channels/") || path.includes("history");
        if (what === "history" ? isHistory : path.includes(prompt.id)) resolve();
        return undefined;
      };
    });
    const waiting = client.waitForResponse(prompt.id);
    const rejected = expect(waiting).rejects.toThrow("client closed");
    await asked;
    await client.close();
    await rejected;
    await settle();
    expect(fake.upgrades).toHaveLength(0);
  },
);

it("a storm of drops, closes and connects leaves no socket, no timer and no unheard rejection", async () => {
  const { fake, client } = await startPair({ reconnectDelay: 0 });
  await client.connectWebsocket();
  const calls: Promise<unknown>[] = [];
  const call = (...made: Promise<unknown>[]) => {
    for (const each of made) each.catch(() => {});
    calls.push(...made);
  };
  for (let round = 0; round < 40; round++) {
    if (round % 3 === 0) fake.dropSockets();
    if (round % 5 === 0) fake.refuseSockets = !fake.refuseSockets;
    if (round % 7 === 0) call(client.disconnectWebsocket());
    call(client.connectWebsocket(), client.ask("?", { transport: "websocket", choices: ["a", "b"] }));
    if (round % 4 === 0) await settle();
  }
  fake.refuseSockets = false;
  await Promise.all([client.close(), client.close()]);
  const outcomes = await Promise.allSettled(calls);
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") expect(outcome.reason).toBeInstanceOf(ConnectionError);
  }
  await settle();
  await until(() => fake.connections.total === 0);
  await expect(client.connectWebsocket()).rejects.toThrow("client closed");
});
