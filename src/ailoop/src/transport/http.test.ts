import { describe, expect, it } from "vitest";
import { createClient, startFake, startPair } from "../../../../test/support/ailoop/harness.js";
import {
  AiloopError,
  AuthenticationError,
  ConnectionError,
  createNotification,
  TimeoutError,
  ValidationError,
} from "../index.js";

describe("statuses", () => {
  it.each([
    [400, ValidationError, "VALIDATION_ERROR"],
    [413, ValidationError, "VALIDATION_ERROR"],
    [415, ValidationError, "VALIDATION_ERROR"],
    [422, ValidationError, "VALIDATION_ERROR"],
    [401, AuthenticationError, "AUTHENTICATION_ERROR"],
    [403, AuthenticationError, "AUTHENTICATION_ERROR"],
    [404, ConnectionError, "CONNECTION_ERROR"],
    [418, ConnectionError, "CONNECTION_ERROR"],
    [500, ConnectionError, "CONNECTION_ERROR"],
    [503, ConnectionError, "CONNECTION_ERROR"],
  ])("%i is a %o", async (status, kind, code) => {
    const { fake, client } = await startPair();
    fake.override = () => ({ status, body: { error: "because" } });
    const error = await client.say("x").catch((caught) => caught);
    expect(error).toBeInstanceOf(kind);
    expect(error).toBeInstanceOf(AiloopError);
    expect(error).toMatchObject({ code, status, body: { error: "because" } });
    expect(error.message).toContain("because");
  });

  it("an AuthenticationError is caught as a ConnectionError", () => {
    expect(new AuthenticationError("x")).toBeInstanceOf(ConnectionError);
  });

  it("reads plain text as well as JSON, and no more than 500 characters of it", async () => {
    const { fake, client } = await startPair();
    fake.override = () => ({ status: 422, body: `${"x".repeat(500)}yyy` });
    const error = await client.say("x").catch((caught) => caught);
    expect(error.message).toContain("x".repeat(500));
    expect(error.message).not.toContain("y");
    fake.override = () => ({ status: 503 });
    await expect(client.say("x")).rejects.toMatchObject({ message: "the ailoop server answered 503" });
  });
});

it("refuses a reply that is no JSON, or no message", async () => {
  const { fake, client } = await startPair();
  fake.override = () => ({ status: 201, body: "<html>" });
  await expect(client.say("x")).rejects.toMatchObject({ name: "ValidationError", status: 201 });
  fake.override = () => ({ status: 201, body: { id: 7 } });
  await expect(client.say("x")).rejects.toMatchObject({ name: "ValidationError", field: "id" });
});

it("tells that the server is shutting down", async () => {
  const { fake, client } = await startPair();
  fake.shuttingDown = true;
  await expect(client.say("x")).rejects.toMatchObject({ code: "CONNECTION_ERROR", status: 503 });
});

it("keeps the cause when nobody is there", async () => {
  const error = await createClient({ url: "http://127.0.0.1:1" })
    .say("x")
    .catch((caught) => caught);
  expect(error).toBeInstanceOf(ConnectionError);
  expect(error.cause).toBeInstanceOf(TypeError);
});

it("gives up after the timeout, with the message it was about", async () => {
  const fake = await startFake();
  fake.beforeReply = () => new Promise(() => {});
  const message = createNotification("x");
  const error = await createClient(fake, { timeout: 0.02 })
    .sendMessage(message)
    .catch((caught) => caught);
  expect(error).toBeInstanceOf(TimeoutError);
  expect(error.messageId).toBe(message.id);
});

it("rejects with the signal's own reason, before and during the request", async () => {
  const { fake, client } = await startPair();
  const reason = new Error("enough");
  await expect(client.say("x", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(fake.requests).toEqual([]);
  const abort = new AbortController();
  fake.beforeReply = () => {
    abort.abort(reason);
    return new Promise(() => {});
  };
  await expect(client.say("x", { signal: abort.signal })).rejects.toBe(reason);
});

it("never repeats a failed POST", async () => {
  const { fake, client } = await startPair();
  fake.override = () => ({ status: 500, body: "oops" });
  await client.say("x").catch(() => {});
  expect(fake.requests).toHaveLength(1);
});

describe("a token", () => {
  it("goes with every request and with the upgrade", async () => {
    const fake = await startFake({ token: "s3cret" });
    const client = createClient(fake, { token: "s3cret", headers: { "X-Team": "ops" } });
    await client.say("x");
    await client.connectWebsocket();
    for (const { headers } of [...fake.requests, ...fake.upgrades]) {
      expect(headers).toMatchObject({ authorization: "Bearer s3cret", "x-team": "ops" });
    }
  });

  it("that is wrong is an AuthenticationError on both, and is not repeated", async () => {
    const fake = await startFake({ token: "s3cret" });
    const client = createClient(fake, { token: "wr0ng", reconnectAttempts: 0 });
    for (const call of [() => client.say("x"), () => client.connectWebsocket()]) {
      const error = await call().catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(AuthenticationError);
      expect(error).toMatchObject({ status: 401 });
      expect(`${error} ${(error as Error).stack} ${JSON.stringify(error)}`).not.toContain("wr0ng");
    }
  });
});

it("reaches a server that has a port for HTTP and another for its socket", async () => {
  const [http, socket] = [await startFake({ version: "0.1.40", mode: "question" }), await startFake()];
  const client = createClient(http, { wsUrl: socket.url });
  await client.connectWebsocket();
  await client.ask("?");
  expect(socket.connections.viewers).toBe(1);
  expect(http.upgrades).toEqual([]);
  expect(http.stored()).toHaveLength(1);
});

it("sends an API key where the server wants one instead of a token", async () => {
  const fake = await startFake({ token: "s3cret" });
  const client = createClient(fake, { headers: { "X-Api-Key": "s3cret" } });
  await client.say("x");
  await client.connectWebsocket();
});

it("works below a base path, socket included", async () => {
  const fake = await startFake({ basePath: "/loop" });
  const client = createClient({ url: `${fake.url}/`.replace("http", "ws") });
  await client.say("x");
  await client.connectWebsocket();
  expect(fake.requests[0]?.path).toBe("/loop/api/v1/messages");
  expect(fake.upgrades[0]?.path).toBe("/loop/");
});
