import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
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
import type { FakeAiloop } from "../../../../test/support/ailoop/src/index.js";
import { freePort } from "../../../../test/support/free-port.js";
import { ConnectionError, NotFoundError, TimeoutError } from "../index.js";

const choices = ["Red", "Blue"];

describe("who settles a wait", () => {
  it("the first correlated response: of two that race, and of one that is sent twice", async () => {
    const { fake, client } = await startPair();
    await client.connectWebsocket();
    const heard: (string | null)[] = [];
    client.addMessageHandler(({ content }) => {
      if (content.type === "response") heard.push(content.answer);
    });
    const sent = await client.ask("Best colour?", { choices });
    const waiting = sent.response();
    const first = fake.answer(sent.id, "Red");
    fake.broadcast(first);
    fake.answer(sent.id, "Blue");
    expect((await waiting).content.answer).toBe("Red");
    expect((await sent.response()).content.answer).toBe("Red");
    await until(() => heard.length === 2);
    expect(heard).toEqual(["Red", "Blue"]);
  });

  it("nobody else: not an uncorrelated response, not one for another prompt", async () => {
    const { fake, client } = await startPair();
    await client.connectWebsocket();
    const sent = await client.ask("Best colour?", { choices });
    const other = await client.ask("Other?", { choices });
    const waiting = sent.response();
    fake.publish({ ...fake.answer(other.id, "Red"), correlation_id: null });
    fake.publish(notification("noise"));
    await settle();
    fake.answer(sent.id, "Blue");
    expect((await waiting).content.answer).toBe("Blue");
  });

  it("an AGENT as well as a HUMAN, and on a channel that no handler hears", async () => {
    const fake = await startFake();
    const client = createClient(fake, { autoSubscribe: false });
    const sent = await client.ask("Best colour?", { choices, channel: "quiet" });
    const waiting = sent.response();
    fake.publish({ ...fake.answer(sent.id, "Red"), sender_type: "AGENT" });
    expect((await waiting).content.answer).toBe("Red");
  });

  it("resolves the choice by id, label or number, and leaves free text as it is", async () => {
    const { fake, client } = await startPair();
    for (const [answer, optionId] of [
      [" Red ", "Red"],
      ["blue", "Blue"],
      ["1", "Red"],
      ["3", undefined],
      ["", undefined],
    ] as const) {
      const sent = await client.ask("Best colour?", { choices });
      fake.answer(sent.id, answer);
      expect((await sent.response()).selection?.optionId).toBe(optionId);
    }
  });

  it("takes the server's own resolution over ours", async () => {
    const { fake, client } = await startPair();
    const sent = await client.ask("Best colour?", { choices });
    const resolved = { option_id: "Blue", label: "Blau", index: 1 };
    const { metadata: _, ...answer } = fake.answer(sent.id, "Blue");
    const waiting = client.ask("Best colour?", { choices });
    const second = await waiting;
    fake.publish({ ...answer, correlation_id: second.id, metadata: resolved });
    expect((await second.response()).selection).toEqual({ optionId: "Blue", label: "Blau", index: 1 });
  });
});

describe("an answer that came before anybody asked", () => {
  it("is found by a client that first connects now", async () => {
    const { fake, client } = await startPair();
    const sent = await client.ask("Best colour?", { choices });
    fake.answer(sent.id, "Red");
    expect((await sent.response()).content.answer).toBe("Red");
  });

  it("is found for a prompt of someone else, by id and by message", async () => {
    const { fake, client } = await startPair();
    const other = createClient(fake);
    const sent = await client.ask("Best colour?", { choices });
    fake.answer(sent.id, "2");
    expect((await other.waitForResponse(sent.id)).selection?.optionId).toBe("Blue");
    expect((await createClient(fake).waitForResponse(sent)).selection?.optionId).toBe("Blue");
  });

  it("is found in a channel with a name that only the server's socket accepts", async () => {
    const { fake, client } = await startPair();
    const sent = await client.ask("Best colour?", { choices });
    const [prompt] = fake.stored();
    const id = sent.id.replace(/^./, (digit) => (digit === "0" ? "1" : "0"));
    if (prompt) fake.remember({ ...prompt, id, channel: "a b/c?" });
    fake.answer(id, "Red");
    expect((await client.waitForResponse(id)).content.answer).toBe("Red");
  });

  it("needs no socket when it is known already", async () => {
    const { fake, client } = await startPair();
    const sent = await client.ask("Best colour?", { choices });
    await client.respond(sent.id, { answer: "Red" });
    expect((await sent.response()).content.answer).toBe("Red");
    await settle();
    expect(fake.upgrades).toEqual([]);
  });

  it("is found at the end though its frame was missed", async () => {
    const { fake, client } = await startPair();
    await client.connectWebsocket();
    const sent = await client.ask("Best colour?", { choices });
    const waiting = sent.response({ timeout: 0.05 });
    const response = { type: "response", answer: "Red", response_type: "text" };
    fake.remember({ ...notification(""), content: response, correlation_id: sent.id });
    expect((await waiting).content.answer).toBe("Red");
  });

  it("is no help when the prompt itself is unknown", async () => {
    const { client } = await startPair();
    const unknown = client.waitForResponse("7d0d3a4e-2f3a-4a57-9c0f-0d1f6f1c2b11");
    await expect(unknown).rejects.toBeInstanceOf(NotFoundError);
    await expect(client.waitForResponse("7")).rejects.toMatchObject({ field: "messageId" });
    await expect(client.waitForResponse("7", { timeout: -1 })).rejects.toMatchObject({ field: "timeout" });
  });
});

describe("deadlines", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  async function isWaitingAfter(waiting: Promise<unknown>, seconds: number): Promise<boolean> {
    let ended = false;
    const end = () => {
      ended = true;
    };
    waiting.then(end, end);
    await vi.advanceTimersByTimeAsync(seconds * 1000);
    await settle();
    return !ended;
  }

  /** The end of the wait, which includes a look at the server. */
  async function endAfter(waiting: Promise<unknown>, seconds: number): Promise<unknown> {
    const end = waiting.catch((error) => error);
    await vi.advanceTimersByTimeAsync(seconds * 1000);
    return end;
  }

  it("are the prompt's own, counted from the moment it was sent", async () => {
    const { client } = await startPair();
    await client.connectWebsocket();
    const sent = await client.ask("Best colour?", { choices, timeout: 10 });
    await vi.advanceTimersByTimeAsync(4000);
    const waiting = sent.response();
    expect(await isWaitingAfter(waiting, 5.9)).toBe(true);
    const error = await endAfter(waiting, 0.1);
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ messageId: sent.id, code: "TIMEOUT_ERROR" });
  });

  it("are what the wait says, counted from the wait", async () => {
    const { client } = await startPair();
    await client.connectWebsocket();
    const sent = await client.ask("Best colour?", { choices, timeout: 10 });
    await vi.advanceTimersByTimeAsync(4000);
    const waiting = sent.response({ timeout: 20 });
    expect(await isWaitingAfter(waiting, 19.9)).toBe(true);
    expect(await endAfter(waiting, 0.1)).toBeInstanceOf(TimeoutError);
  });

  it("are five minutes for a navigation that names none", async () => {
    const { client } = await startPair();
    await client.connectWebsocket();
    const waiting = (await client.navigate("https://x.example")).response();
    expect(await isWaitingAfter(waiting, 299)).toBe(true);
    expect(await endAfter(waiting, 1)).toBeInstanceOf(TimeoutError);
    const short = (await client.navigate("https://x.example", { timeout: 7 })).response();
    expect(await endAfter(short, 7)).toBeInstanceOf(TimeoutError);
  });

  it("are none at all with timeout 0", async () => {
    const { fake, client } = await startPair();
    await client.connectWebsocket();
    const sent = await client.ask("Best colour?", { choices, timeout: 0 });
    const waiting = sent.response();
    expect(await isWaitingAfter(waiting, 10_000_000)).toBe(true);
    fake.answer(sent.id, "Red");
    expect((await waiting).content.answer).toBe("Red");
  });

  it("that are none keep the prompt for who waits, and not for who does not", async () => {
    const { fake, client } = await startPair({ keepAliveInterval: 0 });
    await client.connectWebsocket();
    const [awaited, forgotten] = await Promise.all([
      client.ask("Best colour?", { choices, timeout: 0 }),
      client.ask("Best colour?", { choices, timeout: 0 }),
    ]);
    const waiting = awaited.response();
    await vi.advanceTimersByTimeAsync(361_000);
    await client.ask("Something else?");
    fake.answer(awaited.id, "Red");
    expect((await waiting).content.answer).toBe("Red");
    // Looked up again, as a prompt of someone else would be.
    const late = forgotten.response();
    await asked(fake, "/messages?");
    fake.answer(forgotten.id, "Blue");
    expect((await late).content.answer).toBe("Blue");
  });

  it("beyond 24 days do not end at once", async () => {
    const { client } = await startPair();
    await client.connectWebsocket();
    const sent = await client.ask("Best colour?", { choices, timeout: 30 * 86_400 });
    expect(await isWaitingAfter(sent.response(), 29 * 86_400)).toBe(true);
  });

  it("passed, a late answer still reaches handlers and later waits", async () => {
    const { fake, client } = await startPair();
    await client.connectWebsocket();
    const heard: string[] = [];
    client.addMessageHandler(({ content }) => void heard.push(content.type));
    const sent = await client.ask("Best colour?", { choices, timeout: 1 });
    expect(await endAfter(sent.response(), 1)).toBeInstanceOf(TimeoutError);
    fake.answer(sent.id, "Red");
    await until(() => heard.includes("response"));
    expect((await sent.response()).content.answer).toBe("Red");
  });

  it("leave the queue two more seconds, so that the server's verdict wins", async () => {
    // Its clock is slow: the verdict comes 1.75 s after the time is up here.
    const fake = await startFake({ secondMs: 1350 });
    const client = createClient(fake);
    const waiting = client.ask("Best colour?", { choices, timeout: 5, transport: "websocket", wait: true });
    await until(() => fake.openPrompt !== undefined);
    await settle();
    expect(await isWaitingAfter(waiting, 6.7)).toBe(true);
    expect(await endAfter(waiting, 0.1)).toMatchObject({ content: { responseType: "timeout" } });
  });

  it("leave the queue no more than that", async () => {
    const fake = await startFake({ secondMs: 10_000 });
    const client = createClient(fake);
    const waiting = client.ask("Best colour?", { choices, timeout: 5, transport: "websocket", wait: true });
    await until(() => fake.openPrompt !== undefined);
    await settle();
    expect(await isWaitingAfter(waiting, 6.9)).toBe(true);
    expect(await endAfter(waiting, 0.1)).toBeInstanceOf(TimeoutError);
  });
});

describe("while a socket is open", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const looks = (fake: FakeAiloop) => fake.requests.filter(({ path }) => path.includes("/messages?")).length;

  async function pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      await vi.advanceTimersByTimeAsync(1000);
      await settle();
    }
  }

  it("nobody looks into the history for an answer, however long a wait is", async () => {
    const { fake, client } = await startPair({ keepAliveInterval: 0 });
    await client.connectWebsocket();
    const sent = await client.ask("Best colour?", { choices });
    const waiting = sent.response();
    const before = looks(fake);
    await pass(5);
    expect(looks(fake)).toBe(before);
    fake.answer(sent.id, "Red");
    expect((await waiting).content.answer).toBe("Red");
  });

  it("nobody looks any more, after it was done once a second without one", async () => {
    const fake = await startFake();
    fake.refuseSockets = true;
    const client = createClient(fake, { reconnectAttempts: 0, keepAliveInterval: 0 });
    const events = recordEvents(client);
    const sent = await client.ask("Best colour?", { choices });
    const waiting = sent.response();
    await until(() => events.some(({ type }) => type === "exhausted"));
    await pass(3);
    expect(looks(fake)).toBe(3);
    fake.refuseSockets = false;
    await client.connectWebsocket();
    await settle();
    const before = looks(fake);
    await pass(3);
    expect(looks(fake)).toBe(before);
    fake.answer(sent.id, "Red");
    expect((await waiting).content.answer).toBe("Red");
  });
});

describe("while no socket is open", () => {
  it("an answer is found by looking into the history", async () => {
    const fake = await startFake();
    fake.refuseSockets = true;
    const client = createClient(fake, { reconnectAttempts: 0 });
    const sent = await client.ask("Best colour?", { choices });
    const waiting = sent.response();
    fake.answer(sent.id, "Red");
    expect((await waiting).content.answer).toBe("Red");
    expect(fake.connections.total).toBe(0);
  });

  it("a wait ends only when reconnection was given up and the server does not answer either", async () => {
    const fake = await startFake();
    fake.refuseSockets = true;
    const client = createClient(fake, { reconnectAttempts: 0 });
    const events = recordEvents(client);
    const waiting = (await client.ask("Best colour?", { choices })).response();
    await until(() => events.some(({ type }) => type === "exhausted"));
    await fake.stop();
    const error = await waiting.catch((caught) => caught);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.cause).toBeInstanceOf(ConnectionError);
  });

  it("a last look is taken before the time is up", async () => {
    const fake = await startFake();
    fake.refuseSockets = true;
    const client = createClient(fake, { reconnectAttempts: 0 });
    const sent = await client.ask("Best colour?", { choices });
    fake.answer(sent.id, "Red");
    expect((await sent.response({ timeout: 0.001 })).content.answer).toBe("Red");
  });

  it("a wait survives disconnectWebsocket", async () => {
    const { fake, client } = await startPair();
    const sent = await client.ask("Best colour?", { choices });
    const waiting = sent.response();
    await client.connectWebsocket();
    await client.disconnectWebsocket();
    fake.answer(sent.id, "Red");
    expect((await waiting).content.answer).toBe("Red");
  });
});

describe("over a reconnect", () => {
  it("no wait is lost that the server survived, though the answer fell into the gap", async () => {
    const fake = await startFake();
    const client = createClient(fake, { reconnectDelay: 0.01 });
    await client.connectWebsocket();
    const prompts = await Promise.all(
      Array.from({ length: 50 }, (_, n) => client.ask(`${n}?`, { choices, channel: `c${n % 5}` })),
    );
    const waits = prompts.map((prompt) => prompt.response());
    fake.refuseSockets = true;
    fake.dropSockets();
    await settle();
    for (const { id } of prompts) fake.answer(id, "Red");
    fake.refuseSockets = false;
    const answers = await Promise.all(waits);
    expect(answers.map(({ correlationId }) => correlationId)).toEqual(prompts.map(({ id }) => id));
  });

  it("an answer buried under more than a replay holds is still found", async () => {
    const fake = await startFake();
    const client = createClient(fake, { reconnectDelay: 0.01 });
    await client.connectWebsocket();
    const sent = await client.ask("Best colour?", { choices });
    const waiting = sent.response();
    fake.refuseSockets = true;
    fake.dropSockets();
    await settle();
    fake.answer(sent.id, "Red");
    for (let n = 0; n < 700; n += 1) fake.publish(notification(`${n}`));
    fake.refuseSockets = false;
    expect((await waiting).content.answer).toBe("Red");
  });

  it("a wait goes on through a restart that emptied the server, and ends by its own deadline", async () => {
    const fake = await startFake({ port: await freePort() });
    const client = createClient(fake, {
      reconnectDelay: 0.01,
      reconnectMaxDelay: 0.01,
      reconnectAttempts: 1e6,
    });
    await client.connectWebsocket();
    const sent = await client.ask("Best colour?", { choices });
    const late = expect(sent.response({ timeout: 0.3 })).rejects.toBeInstanceOf(TimeoutError);
    await fake.restart();
    await late;
    await until(() => fake.connections.viewers === 1);
    const again = await client.ask("Best colour?", { choices });
    fake.answer(again.id, "Red");
    expect((await again.response()).content.answer).toBe("Red");
  });
});

describe("aborts", () => {
  const reason = new Error("never mind");

  it("reject here and leave the prompt open for the person", async () => {
    const { fake, client } = await startPair();
    await client.connectWebsocket();
    const abort = new AbortController();
    const sent = await client.ask("Best colour?", { choices });
    const waiting = sent.response({ signal: abort.signal });
    abort.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(sent.response({ signal: abort.signal })).rejects.toBe(reason);
    expect(fake.requests.filter(({ path }) => path.endsWith("/response"))).toEqual([]);
    fake.answer(sent.id, "Red");
    expect((await sent.response()).content.answer).toBe("Red");
    await expect(sent.response({ signal: abort.signal })).rejects.toBe(reason);
  });

  it.each([
    ["http", "ask", "cancelled"],
    ["http", "authorize", "cancelled"],
    ["http", "navigate", "cancelled"],
    ["websocket", "ask", "timeout"],
    ["websocket", "authorize", "authorization_denied"],
    ["websocket", "navigate", "authorization_denied"],
  ] as const)(
    "close a prompt sent by %s with %s as %s when asked to",
    async (transport, call, responseType) => {
      const { fake, client } = await startPair();
      const abort = new AbortController();
      const options = { transport, signal: abort.signal, closeOnAbort: true, wait: true } as const;
      const calls = {
        ask: () => client.ask("Best colour?", { ...options, choices }),
        authorize: () => client.authorize("ship", options),
        navigate: () => client.navigate("https://x.example", options),
      };
      const waiting = calls[call]();
      const failed = expect(waiting).rejects.toBe(reason);
      await until(() => fake.connections.viewers === 1);
      abort.abort(reason);
      await failed;
      expect(fake.requests.at(-1)).toMatchObject({
        path: expect.stringMatching(/\/response$/),
        body: { answer: null, response_type: responseType },
      });
      await until(() => fake.openPrompt === undefined);
    },
  );

  it("are not kept waiting by a server that does not answer to the closing", async () => {
    const { fake, client } = await startPair({ timeout: 0 });
    await client.connectWebsocket();
    const abort = new AbortController();
    const sent = await client.ask("Best colour?", { choices });
    const refused = expect(sent.response({ signal: abort.signal, closeOnAbort: true })).rejects.toBe(reason);
    holdRequests(fake, "/response");
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    abort.abort(reason);
    await asked(fake, "/response");
    await vi.advanceTimersByTimeAsync(2000);
    await refused;
  });

  it("before the call send nothing at all", async () => {
    const { fake, client } = await startPair();
    const options = { signal: AbortSignal.abort(reason), closeOnAbort: true, wait: true } as const;
    await expect(client.authorize("ship", options)).rejects.toBe(reason);
    await settle();
    expect(fake.requests).toEqual([]);
  });

  it("on the way to the server do not leave the prompt in front of a person either", async () => {
    const { fake, client } = await startPair();
    const abort = new AbortController();
    fake.beforeReply = () => {
      abort.abort(reason);
      return new Promise(() => {});
    };
    const options = { signal: abort.signal, closeOnAbort: true, wait: true } as const;
    await expect(client.authorize("ship", options)).rejects.toBe(reason);
    expect(fake.stored().at(-1)?.content).toMatchObject({ type: "response", response_type: "cancelled" });
  });
});

describe("closing", () => {
  it("is over for everyone who closes when it is over", async () => {
    const { fake, client } = await startPair();
    await client.connectWebsocket();
    fake.freezeSockets();
    let first = false;
    const closing = client.close().then(() => {
      first = true;
    });
    await client.close();
    expect(first).toBe(true);
    await closing;
  });

  it("rejects waits, requests and everything after, and is idempotent", async () => {
    const { fake, client } = await startPair();
    await client.connectWebsocket();
    const sent = await client.ask("Best colour?", { choices });
    fake.beforeReply = () => new Promise(() => {});
    const pending = [
      sent.response(),
      client.say("under way"),
      client.ask("x", { transport: "websocket", choices, wait: true }),
    ];
    const failures = Promise.allSettled(pending);
    await until(() => fake.connections.agents === 1 && fake.stored().length >= 3);
    await Promise.all([client.close(), client.close()]);
    for (const outcome of await failures) {
      expect(outcome).toMatchObject({ reason: { name: "ConnectionError", message: "client closed" } });
    }
    await until(() => fake.connections.total === 0);
    const closed = { name: "ConnectionError", message: "client closed" };
    const calls = [
      () => client.ask("?"),
      () => client.authorize("x"),
      () => client.navigate("http://x"),
      () => client.say("x"),
      () => client.sendMessage(sent),
      () => client.getMessage(sent.id),
      () => client.respond(sent.id),
      () => client.waitForResponse(sent.id),
      () => sent.response(),
      () => client.connect(),
      () => client.connectWebsocket(),
      () => client.disconnectWebsocket(),
      () => client.subscribeToChannel("public"),
      () => client.unsubscribeFromChannel("public"),
      () => client.checkVersionCompatibility(),
      async () => client.addMessageHandler(() => {}),
      async () => client.addConnectionHandler(() => {}),
    ];
    for (const call of calls) await expect((async () => call())()).rejects.toMatchObject(closed);
    await client[Symbol.asyncDispose]();
  });
});

it("asking and never waiting rejects nothing", async () => {
  const { client } = await startPair();
  await client.ask("Best colour?", { choices });
  await client.close();
});
