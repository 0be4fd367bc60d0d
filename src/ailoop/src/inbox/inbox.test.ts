import { randomUUID } from "node:crypto";
import { diag } from "@opentelemetry/api";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import {
  asked,
  createClient,
  holdRequests,
  notification,
  recordEvents,
  settle,
  startFake,
  startPair,
  until,
} from "../../../../test/support/ailoop/harness.js";
import type { AiloopClient, Message } from "../index.js";
import { Origins } from "./origins.js";
import { SeenIds } from "./seen-ids.js";

function recordTexts(client: AiloopClient): string[] {
  const texts: string[] = [];
  client.addMessageHandler(
    ({ content }) => void texts.push(content.type === "notification" ? content.text : content.type),
  );
  return texts;
}

async function startListening(...channels: string[]) {
  const { fake, client } = await startPair({ reconnectDelay: 0 });
  const texts = recordTexts(client);
  await client.connectWebsocket();
  for (const channel of channels) await client.subscribeToChannel(channel);
  return { fake, client, texts };
}

describe("subscriptions", () => {
  it("deliver the channels that were asked for and no other", async () => {
    const { fake, texts } = await startListening("ops", "dev");
    for (const channel of ["public", "ops", "dev", "OPS"]) fake.publish(notification(channel, channel));
    await until(() => texts.length === 2);
    await settle();
    expect(texts).toEqual(["ops", "dev"]);
  });

  it("deliver everything for the star", async () => {
    const { fake, texts } = await startListening("*");
    for (const channel of ["public", "ops"]) fake.publish(notification(channel, channel));
    await until(() => texts.length === 2);
  });

  it("stop for one channel while others go on", async () => {
    const { fake, client, texts } = await startListening("ops", "dev");
    await client.unsubscribeFromChannel("ops");
    await client.unsubscribeFromChannel("never-subscribed");
    fake.publish(notification("ops", "ops"));
    fake.publish(notification("dev", "dev"));
    await until(() => texts.length === 1);
    expect(texts).toEqual(["dev"]);
  });

  it("need a socket, or one on its way", async () => {
    const { fake, client } = await startPair();
    const refused = client.subscribeToChannel("ops");
    await expect(refused).rejects.toMatchObject({
      name: "ConnectionError",
      message: "WebSocket not connected",
    });
    await client.connect();
    await client.subscribeToChannel("ops");
    expect(fake.connections.viewers).toBe(1);
  });

  it("fail with the attempt they waited for", async () => {
    const fake = await startFake();
    fake.refuseSockets = true;
    const client = createClient(fake, { reconnectAttempts: 0 });
    await client.connect();
    await expect(client.subscribeToChannel("ops")).rejects.toMatchObject({
      name: "ConnectionError",
      status: 503,
    });
  });

  it("fail when the history cannot be read, and can be tried again", async () => {
    const { fake, client, texts } = await startListening();
    fake.override = (_, path) => (path.startsWith("/api/channels/") ? { status: 500 } : undefined);
    await expect(client.subscribeToChannel("ops")).rejects.toMatchObject({ name: "ConnectionError" });
    fake.publish(notification("lost", "ops"));
    fake.override = () => undefined;
    await client.subscribeToChannel("ops");
    fake.publish(notification("heard", "ops"));
    await until(() => texts.length === 1);
    expect(texts).toEqual(["heard"]);
  });

  it("that are aborted before they begin let nothing through", async () => {
    const { fake, client, texts } = await startListening();
    const reason = new Error("enough");
    const refused = client.subscribeToChannel("ops", { signal: AbortSignal.abort(reason) });
    await expect(refused).rejects.toBe(reason);
    await client.subscribeToChannel("dev");
    for (const channel of ["ops", "dev"]) fake.publish(notification(channel, channel));
    await until(() => texts.includes("dev"));
    expect(texts).toEqual(["dev"]);
  });

  it("need no history: a server without the route has none", async () => {
    const { fake, client, texts } = await startListening();
    fake.override = (_, path) => (path.startsWith("/api/channels") ? { status: 404 } : undefined);
    await client.subscribeToChannel("ops");
    await client.subscribeToChannel("*");
    fake.publish(notification("heard", "ops"));
    await until(() => texts.length === 1);
  });

  it.each(["", "a b", "admin", "**"])("refuse the channel name %j", async (channel) => {
    const { client } = await startPair();
    await expect(client.subscribeToChannel(channel)).rejects.toMatchObject({ field: "channel" });
    await expect(client.unsubscribeFromChannel(channel)).rejects.toMatchObject({ field: "channel" });
  });
});

describe("history", () => {
  it("is not delivered: handlers get only news", async () => {
    const fake = await startFake();
    for (let n = 0; n < 700; n += 1) fake.remember(notification(`old ${n}`, n % 2 ? "ops" : "dev"));
    const client = createClient(fake, { reconnectDelay: 0 });
    const texts = recordTexts(client);
    await client.connectWebsocket();
    await client.subscribeToChannel("*");
    fake.publish(notification("new", "ops"));
    await until(() => texts.length > 0);
    await settle();
    expect(texts).toEqual(["new"]);
  });

  it("keeps what arrives while the past is being read", async () => {
    const { fake, client, texts } = await startListening();
    fake.remember(notification("old", "ops"));
    const subscribing = client.subscribeToChannel("ops");
    await asked(fake, "/api/channels/ops");
    fake.publish(notification("meanwhile", "ops"));
    await subscribing;
    await until(() => texts.length > 0);
    expect(texts).toEqual(["meanwhile"]);
  });

  it("is delivered when asked for, five hundred of a channel", async () => {
    const fake = await startFake();
    for (let n = 0; n < 600; n += 1) fake.remember(notification(`${n}`, "ops"));
    const client = createClient(fake, { history: "deliver" });
    const texts = recordTexts(client);
    await client.connectWebsocket();
    await client.subscribeToChannel("ops");
    await until(() => texts.length === 500);
    expect(texts[0]).toBe("100");
    expect(fake.requests).toEqual([]);
  });

  it("fills the gap of a reconnect, without what was heard before", async () => {
    const { fake, client, texts } = await startListening("ops");
    const events = recordEvents(client);
    fake.publish(notification("before", "ops"));
    await until(() => texts.length === 1);
    fake.refuseSockets = true;
    fake.dropSockets();
    await until(() => events.some(({ type }) => type === "disconnected"));
    fake.publish(notification("in the gap", "ops"));
    fake.publish(notification("elsewhere", "dev"));
    fake.refuseSockets = false;
    await client.connectWebsocket();
    fake.publish(notification("after", "ops"));
    await until(() => texts.length === 3);
    expect(texts).toEqual(["before", "in the gap", "after"]);
  });

  it("of 10,000 replayed messages delivers none twice", async () => {
    const fake = await startFake();
    const client = createClient(fake, { reconnectDelay: 0 });
    const texts = recordTexts(client);
    const events = recordEvents(client);
    await client.connectWebsocket();
    await client.subscribeToChannel("*");
    for (let n = 0; n < 10_020; n += 1) fake.publish(notification(`${n}`, `c${n % 20}`));
    await until(() => texts.length === 10_020);
    fake.dropSockets();
    await until(() => events.filter(({ type }) => type === "connected").length === 2);
    fake.publish(notification("last", "c0"));
    await until(() => texts.at(-1) === "last");
    expect(texts).toHaveLength(10_021);
  });
});

describe("handlers", () => {
  it("get the message and the parsed frame, in the order of registration, one message at a time", async () => {
    const { fake, client } = await startPair();
    const log: string[] = [];
    const describeMessage = ({ content }: Message) => (content.type === "notification" ? content.text : "?");
    client.addMessageHandler(async (message) => {
      log.push(`first starts ${describeMessage(message)}`);
      await Promise.resolve();
      await new Promise(setImmediate);
      log.push(`first ends ${describeMessage(message)}`);
    });
    client.addMessageHandler((message, raw) => {
      log.push(`second ${describeMessage(message)} ${(raw as { sender_type: string }).sender_type}`);
    });
    await client.connectWebsocket();
    await client.subscribeToChannel("public");
    fake.publish(notification("a"));
    fake.publish(notification("b"));
    await until(() => log.length === 6);
    expect(log).toEqual([
      "first starts a",
      "first ends a",
      "second a AGENT",
      "first starts b",
      "first ends b",
      "second b AGENT",
    ]);
  });

  it("that throw, at once or later, stop neither the others nor the next message", async () => {
    const { fake, client, texts } = await startListening("public");
    client.addMessageHandler(() => {
      throw new Error("at once");
    });
    client.addMessageHandler(async () => {
      throw new Error("later");
    });
    const after = recordTexts(client);
    fake.publish(notification("a"));
    fake.publish(notification("b"));
    await until(() => after.length === 2);
    expect(texts).toEqual(after);
  });

  it("that throw are no end of the delivery either when the application's logger throws, too", async () => {
    const { fake, client, texts } = await startListening("public");
    client.addMessageHandler(() => {
      throw new Error("mine");
    });
    const refuse = () => {
      throw new Error("of the logger");
    };
    const logger = { error: refuse, warn: refuse, info: refuse, debug: refuse, verbose: refuse };
    diag.setLogger(logger, { suppressOverrideMessage: true });
    onTestFinished(() => diag.disable());
    fake.publish(notification("a"));
    fake.publish(notification("b"));
    await until(() => texts.length === 2);
  });

  it("that throw what cannot even be looked at are no end of the delivery either", async () => {
    const { fake, client, texts } = await startListening("public");
    client.addMessageHandler(() => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      throw proxy;
    });
    fake.publish(notification("a"));
    fake.publish(notification("b"));
    await until(() => texts.length === 2);
  });

  it("stop when removed", async () => {
    const { fake, client, texts } = await startListening("public");
    const removed: string[] = [];
    const remove = client.addMessageHandler(() => void removed.push("x"));
    remove();
    remove();
    fake.publish(notification("a"));
    await until(() => texts.length === 1);
    expect(removed).toEqual([]);
  });

  it("hear a message once, whichever socket brings it and however often", async () => {
    const { fake, client, texts } = await startListening("public");
    const sent = await client.say("over the agent socket", { transport: "websocket" });
    const again = fake.stored()[0];
    if (again) fake.broadcast(again);
    fake.publish(notification("next"));
    await until(() => texts.includes("next"));
    expect(sent.id).toBe(again?.id);
    expect(texts).toEqual(["over the agent socket", "next"]);
  });

  it("see the answer to a question, as the README of the Python SDK shows", async () => {
    const { fake, client } = await startPair();
    const answers: (string | null)[] = [];
    client.addMessageHandler((message) => {
      if (message.content.type === "response") answers.push(message.content.answer);
    });
    await client.connectWebsocket();
    await client.subscribeToChannel("my-channel");
    const question = await client.ask("What's the weather?", { channel: "my-channel" });
    fake.answer(question.id, "sunny");
    await until(() => answers.length === 1);
    expect(answers).toEqual(["sunny"]);
  });

  it("may wait for a person without stopping that person's answer", async () => {
    const { fake, client } = await startPair();
    const outcome: string[] = [];
    client.addMessageHandler(async ({ content }) => {
      if (content.type !== "notification") return;
      const answer = await client.authorize("really?", { wait: true });
      outcome.push(answer.content.responseType);
    });
    fake.beforeReply = ({ id, content }) => {
      if (content.type === "authorization")
        setTimeout(() => fake.answer(id, null, "authorization_approved"), 5);
    };
    await client.connectWebsocket();
    await client.subscribeToChannel("public");
    fake.publish(notification("go"));
    await until(() => outcome.length === 1);
  });

  it("get a long queue in its order, and nothing more once the client is closed", async () => {
    const { fake, client } = await startPair();
    const heard: number[] = [];
    client.addMessageHandler(async ({ content }) => {
      if (content.type !== "notification") return;
      heard.push(Number(content.text));
      if (heard.length === 1000) await client.close();
      else await Promise.resolve();
    });
    await client.connectWebsocket();
    await client.subscribeToChannel("public");
    for (let n = 0; n < 1500; n += 1) fake.broadcast(notification(`${n}`));
    await until(() => heard.length === 1000);
    await settle();
    expect(heard).toEqual(Array.from({ length: 1000 }, (_, n) => n));
  });

  it("must be functions", async () => {
    const { client } = await startPair();
    expect(() => client.addMessageHandler("x" as never)).toThrow(/^handler: /);
    expect(() => client.addConnectionHandler(null as never)).toThrow(/^handler: /);
  });
});

it("keeps the socket when a connection handler throws", async () => {
  const { client } = await startPair();
  client.addConnectionHandler(() => {
    throw new Error("mine");
  });
  const events = recordEvents(client);
  await client.connectWebsocket();
  expect(events).toEqual([{ type: "connected" }]);
});

it("where messages came from is remembered of the last thousand", () => {
  const origins = new Origins();
  for (let n = 0; n <= 1000; n += 1) origins.note({ id: `${n}`, channel: `c${n}` } as Message);
  expect(["0", "1", "1000"].map((id) => origins.get(id)?.channel)).toEqual([undefined, "c1", "c1000"]);
});

describe("the memory of ids", () => {
  it("is bounded at 10,000 where one channel speaks, and forgets its oldest", () => {
    const seen = new SeenIds();
    const first = randomUUID();
    seen.add("a", first);
    for (let n = 1; n < 10_000; n += 1) seen.add("a", `${n}`);
    expect(seen.add("a", first)).toBe(false);
    expect(seen.add("a", "last")).toBe(true);
    expect(seen.size).toBe(10_000);
    expect(seen.add("a", first)).toBe(true);
  });

  it("never makes a channel forget what a replay can bring back", () => {
    const seen = new SeenIds();
    for (let n = 0; n < 500 * 30; n += 1) seen.add(`c${n % 30}`, `${n}`);
    for (let n = 0; n < 500 * 30; n += 1) expect(seen.add(`c${n % 30}`, `${n}`)).toBe(false);
  });

  it("is bounded however many channels there are, and forgets the one that was silent the longest", () => {
    const seen = new SeenIds();
    for (let n = 0; n < 100_000; n += 1) seen.add(`c${n}`, "x");
    expect(seen.add("c0", "again")).toBe(true);
    expect(seen.size).toBe(100_000);
    expect(seen.add("c0", "x")).toBe(false);
    expect(seen.add("c1", "x")).toBe(true);
  });
});

it("logs of a handler that throws what and where, not its words, which may quote the message", async () => {
  const lines: string[] = [];
  const silent = () => {};
  const error = (...line: unknown[]) => void lines.push(line.join(" "));
  diag.setLogger({ error, warn: silent, info: silent, debug: silent, verbose: silent });
  onTestFinished(() => diag.disable());
  const { fake, client } = await startPair();
  client.addMessageHandler(({ content }) => {
    if (content.type === "notification") JSON.parse(content.text);
  });
  client.addMessageHandler(() => Promise.reject("hidden words"));
  client.addConnectionHandler(() => {
    throw new RangeError("hidden words");
  });
  await client.connectWebsocket();
  await client.subscribeToChannel("public");
  fake.broadcast(notification("hidden words"));
  await until(() => lines.length === 3);
  const said = lines.join("\n");
  expect(said).not.toContain("hidden");
  expect(said).toMatch(/a connection handler threw RangeError\n\s+at .*inbox\.test/);
  expect(said).toMatch(/a message handler threw SyntaxError\n\s+at /);
  expect(said).toContain("a message handler threw a value of type string");
});

describe("handlers that are slower than messages come", () => {
  const warnings: string[] = [];
  beforeEach(() => {
    warnings.length = 0;
    const silent = () => {};
    const logger = { error: silent, info: silent, debug: silent, verbose: silent };
    diag.setLogger(
      { ...logger, warn: (line) => void warnings.push(line) },
      { suppressOverrideMessage: true },
    );
  });
  afterEach(() => diag.disable());

  async function startBlocked(maxQueuedMessages: number) {
    const { fake, client } = await startPair({ maxQueuedMessages });
    let release = () => {};
    const texts: string[] = [];
    client.addMessageHandler(async ({ content }) => {
      if (content.type === "notification") texts.push(content.text);
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    await client.connectWebsocket();
    await client.subscribeToChannel("public");
    return { fake, client, texts, release: () => release() };
  }

  it("keep the newest up to the limit; the rest is dropped, counted and warned of once", async () => {
    const { fake, client, texts, release } = await startBlocked(3);
    for (let n = 0; n < 4; n += 1) fake.broadcast(notification(`${n}`));
    await until(() => texts.length === 1);
    await settle();
    expect(client.droppedMessages).toBe(0);
    for (let n = 4; n < 6; n += 1) fake.broadcast(notification(`${n}`));
    await until(() => client.droppedMessages === 2);
    for (let heard = 1; heard < 4; heard += 1) {
      release();
      await until(() => texts.length === heard + 1);
    }
    expect(texts).toEqual(["0", "3", "4", "5"]);
    expect(warnings).toEqual([expect.stringContaining("maxQueuedMessages")]);
  });

  it("are warned of again when they had caught up in between", async () => {
    const { fake, client, texts, release } = await startBlocked(1);
    for (const dropped of [1, 2]) {
      const before = texts.length;
      for (let n = 0; n < 3; n += 1) fake.broadcast(notification("x"));
      await until(() => client.droppedMessages === dropped);
      release();
      await until(() => texts.length === before + 2);
      release();
      await settle();
    }
    expect(warnings).toHaveLength(2);
  });

  it("are not the only ones: so is a history that takes its time", async () => {
    const { fake, client } = await startPair({ maxQueuedMessages: 2 });
    const texts = recordTexts(client);
    await client.connectWebsocket();
    const release = holdRequests(fake, "/api/channels/ops");
    const subscribing = client.subscribeToChannel("ops");
    await asked(fake, "/api/channels/ops");
    for (let n = 0; n < 5; n += 1) fake.broadcast(notification(`${n}`, "ops"));
    await until(() => client.droppedMessages === 3);
    release();
    await subscribing;
    await until(() => texts.length === 2);
    expect(texts).toEqual(["3", "4"]);
  });
});
