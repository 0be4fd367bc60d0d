import { describe, expect, it } from "vitest";
import {
  createClient,
  posted,
  settle,
  startFake,
  startPair,
  until,
} from "../../../../test/support/ailoop/harness.js";
import { ConnectionError, createNotification, TimeoutError, ValidationError } from "../index.js";

const choices = ["Red", "Blue"];
const queued = { transport: "websocket" } as const;

it("sends on a socket of its own and resolves on the echo", async () => {
  const { fake, client } = await startPair();
  await client.connectWebsocket();
  const sent = await client.ask("Best colour?", { choices, ...queued });
  expect(posted(fake)).toEqual([]);
  expect(fake.connections).toMatchObject({ viewers: 1, agents: 1 });
  expect(fake.frames.map((frame) => JSON.parse(frame).id)).toEqual([undefined, sent.id]);
  expect(fake.openPrompt?.id).toBe(sent.id);
});

it("queues every prompt when the client says so, but notifications go by HTTP", async () => {
  const fake = await startFake();
  const client = createClient(fake, { promptTransport: "websocket" });
  await client.authorize("ship");
  await client.say("shipping");
  expect(posted(fake).map(({ content }) => content.type)).toEqual(["notification"]);
  await client.say("shipping", queued);
  expect(fake.frames).toHaveLength(2);
});

it("opens one socket for many sends at once, and a new one after a loss", async () => {
  const { fake, client } = await startPair();
  await Promise.all([client.say("a", queued), client.say("b", queued)]);
  expect(fake.upgrades).toHaveLength(1);
  fake.dropSockets("agents");
  // What is sent before the client has heard of the loss fails, and is not sent again.
  const resent = () => client.say("c", queued).catch(() => undefined);
  await expect.poll(resent).toBeDefined();
  expect(fake.upgrades).toHaveLength(2);
});

it("times out without an echo, and says what is unknown", async () => {
  const fake = await startFake();
  fake.echo = false;
  const client = createClient(fake, { timeout: 1 });
  const error = await client.ask("?", { choices, ...queued }).catch((caught) => caught);
  expect(error).toBeInstanceOf(TimeoutError);
  expect(error).toMatchObject({ messageId: fake.stored()[0]?.id });
  await settle();
  expect(fake.frames).toHaveLength(1);
});

it("does not send again when the socket is lost before the echo", async () => {
  const { fake, client } = await startPair();
  fake.echo = false;
  const sending = client.ask("?", { choices, ...queued });
  const failed = expect(sending).rejects.toBeInstanceOf(ConnectionError);
  await until(() => fake.frames.length === 1);
  fake.dropSockets();
  await failed;
  await settle();
  expect(fake.frames).toHaveLength(1);
});

it("rejects with the signal's reason while waiting for the echo", async () => {
  const { fake, client } = await startPair();
  fake.echo = false;
  const abort = new AbortController();
  const sending = client.ask("?", { choices, ...queued, signal: abort.signal });
  const reason = new Error("enough");
  const failed = expect(sending).rejects.toBe(reason);
  await until(() => fake.frames.length === 1);
  abort.abort(reason);
  await failed;
});

it("proves both of two sends of one message by the echo", async () => {
  const { client } = await startPair({ timeout: 0 });
  const message = createNotification("x");
  const sent = await Promise.all([client.sendMessage(message, queued), client.sendMessage(message, queued)]);
  expect(sent.map(({ id }) => id)).toEqual([message.id, message.id]);
});

it("fails as a ConnectionError when no socket can be opened", async () => {
  const fake = await startFake();
  fake.refuseSockets = true;
  await expect(createClient(fake).say("x", queued)).rejects.toMatchObject({
    name: "ConnectionError",
    status: 503,
  });
});

it("takes over websocket what is too large for HTTP, up to 16 MiB", async () => {
  const { client } = await startPair();
  const large = "x".repeat(2 * 1024 * 1024);
  await expect(client.say(large)).rejects.toBeInstanceOf(ValidationError);
  expect((await client.say(large, queued)).content.text).toHaveLength(large.length);
  const tooLarge = client.say("x".repeat(16 * 1024 * 1024), queued);
  await expect(tooLarge).rejects.toMatchObject({ name: "ValidationError", field: "message" });
});

describe("queued prompts", () => {
  it("settle once although the answer is broadcast twice", async () => {
    const { fake, client } = await startPair();
    const waiting = client.ask("Best colour?", { choices, ...queued, wait: true });
    await until(() => fake.openPrompt !== undefined && fake.connections.viewers === 1);
    const answers: (string | null)[] = [];
    client.addMessageHandler(({ content }) => {
      if (content.type === "response") answers.push(content.answer);
    });
    await client.subscribeToChannel("public");
    fake.answer(fake.openPrompt?.id ?? "", "2");
    const answer = await waiting;
    expect(answer.content.answer).toBe("2");
    expect(answer.selection).toEqual({ optionId: "Blue", label: "Blue", index: 1 });
    await until(() => answers.length === 2);
    expect(answers).toEqual(["2", "Blue"]);
  });

  it("are answered at the server's terminal, where nothing is stored", async () => {
    const { fake, client } = await startPair();
    const waiting = client.ask("Best colour?", { choices, ...queued, wait: true });
    await until(() => fake.openPrompt !== undefined && fake.connections.viewers === 1);
    fake.answerAtTerminal("blue");
    expect((await waiting).selection).toEqual({ optionId: "Blue", label: "Blue", index: 1 });
    expect(fake.stored()).toHaveLength(1);
  });

  it("are not settled by an answer that picks nothing: the server asks again", async () => {
    const { fake, client } = await startPair();
    const waiting = client.ask("Best colour?", { choices, ...queued, wait: true });
    await until(() => fake.openPrompt !== undefined);
    const { id } = fake.openPrompt ?? { id: "" };
    fake.answer(id, "green");
    await settle();
    expect(fake.openPrompt?.id).toBe(id);
    fake.answer(id, "RED");
    expect((await waiting).selection?.optionId).toBe("Red");
  });

  it("end by the server's clock: a decision as timeout, an authorization as denied", async () => {
    const fake = await startFake({ secondMs: 0.1 });
    const client = createClient(fake);
    const decision = await client.ask("Best colour?", { choices, timeout: 60, ...queued, wait: true });
    expect(decision.content).toEqual({ type: "response", answer: null, responseType: "timeout" });
    const authorization = await client.authorize("ship", { timeout: 60, ...queued, wait: true });
    expect(authorization.content.responseType).toBe("authorization_denied");
  });

  it("wait behind each other, over all channels", async () => {
    const { fake, client } = await startPair();
    const first = await client.authorize("first", queued);
    const second = await client.authorize("second", { ...queued, channel: "ops" });
    const waits = [first.response(), second.response()];
    await until(() => fake.connections.viewers === 1);
    expect(fake.openPrompt?.id).toBe(first.id);
    fake.answerAtTerminal(null, "authorization_denied");
    expect(fake.openPrompt?.id).toBe(second.id);
    fake.answerAtTerminal(null, "authorization_approved");
    const types = (await Promise.all(waits)).map(({ content }) => content.responseType);
    expect(types).toEqual(["authorization_denied", "authorization_approved"]);
  });

  it("are heard on the agent socket when the viewer's is gone", async () => {
    const fake = await startFake();
    const client = createClient(fake, { reconnectAttempts: 0 });
    const sent = await client.authorize("ship", queued);
    const waiting = sent.response();
    await until(() => fake.connections.viewers === 1);
    fake.dropSockets("viewers");
    await until(() => fake.connections.viewers === 0);
    fake.answerAtTerminal(null, "authorization_approved");
    expect((await waiting).content.responseType).toBe("authorization_approved");
  });
});
