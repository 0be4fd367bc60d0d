import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import {
  createClient,
  notification,
  recordEvents,
  settle,
  startFake,
  startPair,
  until,
} from "../../../../test/support/ailoop/harness.js";
import { closing, RawServer } from "../../../../test/support/raw-websocket-server.js";
import { ConnectionError, type ConnectionEvent } from "../index.js";
import { backoffMs } from "./backoff.js";

const HELLO = '{"subscribe":"*"}';

it("sends one hello and nothing else, however often it is asked to connect", async () => {
  const { fake, client } = await startPair();
  await Promise.all([client.connectWebsocket(), client.connectWebsocket()]);
  await client.connectWebsocket();
  await client.subscribeToChannel("public");
  await client.subscribeToChannel("*");
  await client.unsubscribeFromChannel("public");
  await until(() => fake.frames.length > 0);
  await settle();
  expect(fake.frames).toEqual([HELLO]);
  expect(fake.upgrades).toHaveLength(1);
  expect(fake.upgrades[0]?.headers).not.toHaveProperty("sec-websocket-extensions");
});

it("rejects after the first failed attempt while retries go on behind it", async () => {
  const fake = await startFake();
  fake.refuseSockets = true;
  const client = createClient(fake, { reconnectDelay: 0.01 });
  const refused = client.connectWebsocket();
  await expect(refused).rejects.toBeInstanceOf(ConnectionError);
  await expect(refused).rejects.toMatchObject({ status: 503 });
  fake.refuseSockets = false;
  await until(() => fake.connections.viewers === 1);
  await client.connectWebsocket();
});

it("opens one socket when it is asked to connect while a retry is planned", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  onTestFinished(() => void vi.useRealTimers());
  const fake = await startFake();
  fake.refuseSockets = true;
  const client = createClient(fake, { reconnectDelay: 1, keepAliveInterval: 0 });
  await client.connectWebsocket().catch(() => {});
  fake.refuseSockets = false;
  await client.connectWebsocket();
  await vi.advanceTimersByTimeAsync(2000);
  await settle();
  expect(fake.upgrades).toHaveLength(2);
  expect(fake.connections.viewers).toBe(1);
});

it("stays disconnected when told to, also while it was connecting or about to", async () => {
  const fake = await startFake();
  const client = createClient(fake, { reconnectDelay: 0.005 });
  const events = recordEvents(client);
  const opening = client.connectWebsocket();
  await client.disconnectWebsocket();
  await expect(opening).rejects.toBeInstanceOf(ConnectionError);
  await client.connectWebsocket();
  await client.disconnectWebsocket();
  fake.refuseSockets = true;
  await client.connectWebsocket().catch(() => {});
  await client.disconnectWebsocket();
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(fake.connections.total).toBe(0);
  expect(events.filter(({ type }) => type === "connected")).toHaveLength(1);
  await client.disconnectWebsocket();
});

it("comes back soon from a server that says goodbye and holds the line", async () => {
  const server = await RawServer.start();
  let connections = 0;
  server.script = (socket, accept) => {
    socket.allowHalfOpen = true;
    connections += 1;
    socket.write(Buffer.concat([accept, ...(connections === 1 ? [closing(1001)] : [])]));
  };
  const client = createClient({ url: server.endpoint }, { reconnectDelay: 0.01 });
  await client.connectWebsocket();
  await until(() => connections === 2);
  await client.close();
  server.close();
});

it("comes back after a crash and after a polite close alike", async () => {
  const fake = await startFake();
  const client = createClient(fake, { reconnectDelay: 0 });
  const events = recordEvents(client);
  await client.connectWebsocket();
  const connected = () => events.filter(({ type }) => type === "connected").length;
  fake.dropSockets();
  await until(() => connected() === 2);
  fake.closeSockets(1000);
  await until(() => connected() === 3);
  const codes = events.flatMap((event) => (event.type === "disconnected" ? [event.code] : []));
  expect(codes).toEqual([1006, 1000]);
});

it("reports a frame that is no message and keeps the socket", async () => {
  const { fake, client } = await startPair();
  const events = recordEvents(client);
  await client.connectWebsocket();
  await client.subscribeToChannel("public");
  const heard: string[] = [];
  client.addMessageHandler((message) => void heard.push(message.content.type));
  const bad = { ...notification("x"), content: { type: "notification" } };
  for (const frame of ["{not json", "7", JSON.stringify(bad)]) fake.sendRaw(frame);
  fake.sendRaw(Buffer.from("binary is ignored"));
  fake.sendRaw(JSON.stringify({ ...notification("x"), content: { type: "poll" } }));
  await until(() => heard.length === 1);
  expect(heard).toEqual(["unknown"]);
  const errors = events.flatMap((event) => (event.type === "error" ? [event.error.code] : []));
  expect(errors).toEqual(["VALIDATION_ERROR", "VALIDATION_ERROR", "VALIDATION_ERROR"]);
  expect(fake.connections.viewers).toBe(1);
});

it("takes a frame of 16 MiB", async () => {
  const { fake, client } = await startPair();
  await client.connectWebsocket();
  await client.subscribeToChannel("public");
  let length = 0;
  client.addMessageHandler(({ content }) => {
    if (content.type === "notification") length = content.text.length;
  });
  const text = "x".repeat(16 * 1024 * 1024 - 300);
  fake.sendRaw(JSON.stringify(notification(text)));
  await until(() => length > 0);
  expect(length).toBe(text.length);
});

describe("pings", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  async function connect() {
    const fake = await startFake();
    const client = createClient(fake, { reconnectDelay: 0, timeout: 0 });
    const events: ConnectionEvent["type"][] = [];
    client.addConnectionHandler(({ type }) => events.push(type));
    await client.connectWebsocket();
    return { fake, client, events };
  }

  it("replace a socket whose pongs stop", async () => {
    const { fake, client, events } = await connect();
    let heard = 0;
    client.addMessageHandler(() => void heard++);
    await client.subscribeToChannel("public");
    await vi.advanceTimersByTimeAsync(30_000);
    await until(() => fake.pings === 1);
    fake.publish(notification("comes behind the pong"));
    await until(() => heard === 1);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(events).toEqual(["connected"]);
    fake.freezeSockets();
    await vi.advanceTimersByTimeAsync(15_000 + 9_999);
    await settle();
    expect(events).toEqual(["connected"]);
    await vi.advanceTimersByTimeAsync(1);
    await until(() => events.includes("disconnected"));
  });

  it("keep a socket whose pong waits in the system while the application is busy", async () => {
    const { fake, events } = await connect();
    await vi.advanceTimersByTimeAsync(30_000);
    await until(() => fake.pings === 1);
    // The pong was sent in this very turn; timers that are late come before it is read.
    vi.advanceTimersByTime(10_000);
    await settle();
    expect(events).toEqual(["connected"]);
  });
});

it("gives up opening after the timeout", async () => {
  const silent = await import("node:net").then(({ createServer }) => createServer(() => {}));
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as { port: number };
  const client = createClient({ url: `http://127.0.0.1:${port}` }, { timeout: 0.02, reconnectAttempts: 0 });
  await expect(client.connectWebsocket()).rejects.toMatchObject({
    name: "ConnectionError",
    cause: { name: "TimeoutError" },
  });
  await client.close();
  silent.close();
});

it("rejects with the signal's reason when waiting for the socket is given up", async () => {
  const { client } = await startPair();
  const reason = new Error("enough");
  const abort = new AbortController();
  const refused = expect(client.connectWebsocket({ signal: abort.signal })).rejects.toBe(reason);
  abort.abort(reason);
  await refused;
});

it("opens no socket for a call that was aborted before", async () => {
  const { fake, client } = await startPair();
  const reason = new Error("enough");
  await expect(client.connectWebsocket({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  await settle();
  expect(fake.upgrades).toEqual([]);
});

describe("the schedule of reconnection", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const delays = (events: ConnectionEvent[]) =>
    events.flatMap((event) => (event.type === "reconnecting" ? [event.delay] : []));
  const count = (events: ConnectionEvent[], type: ConnectionEvent["type"]) =>
    events.filter((event) => event.type === type).length;

  /** Lets `attempts` attempts fail, each at the end of its delay and not before. */
  async function failAttempts(events: ConnectionEvent[], attempts: number): Promise<void> {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const delay = delays(events).at(-1) ?? 0;
      const errors = count(events, "error");
      await vi.advanceTimersByTimeAsync(delay * 1000 - 1);
      await settle();
      expect(count(events, "error")).toBe(errors);
      await vi.advanceTimersByTimeAsync(1);
      await until(() => count(events, "error") === errors + 1);
    }
  }

  it("is 1, 2, 4, 8, 16 seconds, then it gives up and says so", async () => {
    const { fake, client } = await startPair();
    const events = recordEvents(client);
    await client.connectWebsocket();
    fake.refuseSockets = true;
    fake.dropSockets();
    await until(() => count(events, "reconnecting") === 1);
    await failAttempts(events, 5);
    expect(delays(events)).toEqual([1, 2, 4, 8, 16]);
    expect(events.at(-1)).toEqual({ type: "exhausted" });
    await vi.advanceTimersByTimeAsync(600_000);
    expect(count(events, "reconnecting")).toBe(5);

    fake.refuseSockets = false;
    await client.connectWebsocket();
    expect(events.at(-1)).toEqual({ type: "connected" });
  });

  it("starts over after a success", async () => {
    const { fake, client } = await startPair();
    const events = recordEvents(client);
    await client.connectWebsocket();
    fake.refuseSockets = true;
    fake.dropSockets();
    await until(() => count(events, "reconnecting") === 1);
    await failAttempts(events, 2);
    fake.refuseSockets = false;
    await vi.advanceTimersByTimeAsync(4000);
    await until(() => count(events, "connected") === 2);
    fake.dropSockets();
    await until(() => count(events, "reconnecting") === 4);
    expect(delays(events)).toEqual([1, 2, 4, 1]);
  });

  it("is capped, and shortened by chance when asked", () => {
    const reconnect = { attempts: 9, delayMs: 1000, maxDelayMs: 30_000, jitter: 0.5 };
    expect(backoffMs({ ...reconnect, jitter: 0 }, 6)).toBe(30_000);
    expect(backoffMs(reconnect, 1, () => 0)).toBe(1000);
    expect(backoffMs(reconnect, 1, () => 1)).toBe(500);
  });

  it("is empty with no attempts", async () => {
    const fake = await startFake();
    const client = createClient(fake, { reconnectAttempts: 0 });
    const events = recordEvents(client);
    await client.connectWebsocket();
    fake.dropSockets();
    await until(() => count(events, "exhausted") === 1);
    expect(delays(events)).toEqual([]);
  });
});
