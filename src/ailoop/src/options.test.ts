import { inspect } from "node:util";
import { expect, it, onTestFinished, vi } from "vitest";
import { AiloopClient, type AiloopClientOptions, ValidationError } from "./index.js";
import { readSettings } from "./options.js";

it("has the defaults of the Python SDK", () => {
  expect(readSettings("http://localhost:8080", {})).toMatchObject({
    channel: "public",
    timeoutMs: 30_000,
    reconnect: { attempts: 5, delayMs: 1000, maxDelayMs: 30_000, jitter: 0 },
    promptTransport: "http",
    waitForResponses: false,
    dialect: "auto",
    autoSubscribe: true,
    history: "skip",
    keepAliveMs: 30_000,
    maxQueuedMessages: 100_000,
    strictVersion: false,
    captureContent: false,
    propagateTrace: true,
  });
});

it("shows what the Python SDK shows", async () => {
  expect(new AiloopClient()).toMatchObject({
    serverUrl: "http://localhost:8080",
    channel: "public",
    timeout: 30,
    reconnectAttempts: 5,
    reconnectDelay: 1,
  });
  expect(new AiloopClient("ws://h:1/base//", { channel: "ops", timeout: 2 })).toMatchObject({
    serverUrl: "ws://h:1/base",
    channel: "ops",
    timeout: 2,
  });
});

it("talks to localhost:8080 when no URL is given, and takes the URL among the options", async () => {
  for (const [client, address] of [
    [new AiloopClient(), "localhost:8080"],
    [new AiloopClient({ serverUrl: "http://127.0.0.1:1" }), "127.0.0.1:1"],
  ] as const) {
    const fetched: string[] = [];
    const original = globalThis.fetch;
    globalThis.fetch = (url) => {
      fetched.push(String(url));
      return Promise.reject(new TypeError("fetch failed"));
    };
    await client.say("hello").catch(() => {});
    globalThis.fetch = original;
    expect(fetched).toEqual([`http://${address}/api/v1/messages`]);
    await client.close();
  }
});

const wrong: [keyof AiloopClientOptions, unknown][] = [
  ["channel", "no spaces"],
  ["channel", "Admin"],
  ["timeout", -1],
  ["timeout", Number.NaN],
  ["timeout", "30"],
  ["reconnectAttempts", 1.5],
  ["reconnectDelay", Number.POSITIVE_INFINITY],
  ["reconnectMaxDelay", -1],
  ["reconnectJitter", 1.01],
  ["wsUrl", "not a url"],
  ["token", ""],
  ["token", "a\nb"],
  ["token", "a\u0000b"],
  ["token", "tök"],
  ["promptTransport", "smoke"],
  ["waitForResponses", 1],
  ["dialect", "klingon"],
  ["freeTextOptions", ["only one"]],
  ["history", "all"],
  ["keepAliveInterval", -1],
  ["captureContent", "yes"],
  ["redact", "swordfish"],
  ["maxQueuedMessages", 0],
  ["maxQueuedMessages", 1.5],
];
it.each(wrong)("refuses %s = %j by name", (option, value) => {
  const create = () => new AiloopClient("http://localhost:8080", { [option]: value } as AiloopClientOptions);
  expect(create).toThrow(ValidationError);
  expect(create).toThrow(new RegExp(`^${option}: `));
});

it("accepts the limits of every number", () => {
  const limits = {
    timeout: 0,
    reconnectAttempts: 0,
    reconnectDelay: 0,
    reconnectJitter: 1,
    keepAliveInterval: 0,
    maxQueuedMessages: 1,
  };
  expect(readSettings("http://h", limits)).toMatchObject({
    reconnect: { attempts: 0, delayMs: 0, jitter: 1 },
    maxQueuedMessages: 1,
  });
});

it("sends a header once when the token and the headers both name it", () => {
  const { headers } = readSettings("http://h", {
    token: "t",
    headers: { Authorization: "Basic x", "X-A": "1" },
  });
  expect(headers).toEqual({ authorization: "Bearer t", "x-a": "1" });
});

it.each([
  ["a line break in a value", { "x-api-key": "swordfish\nx" }, "headers.x-api-key"],
  ["a value beyond Latin-1", { "x-api-key": "swordfish →" }, "headers.x-api-key"],
  ["a value that is no string", { "x-api-key": 7 }, "headers.x-api-key"],
  ["a name with a blank", { "x api key": "swordfish" }, "headers"],
  ["an empty name", { "": "swordfish" }, "headers"],
])("refuses a header with %s, and keeps the value out of the error", (_what, headers, field) => {
  const create = () => new AiloopClient("http://localhost:8080", { headers: headers as never });
  let error: unknown;
  try {
    create();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toMatchObject({ name: "ValidationError", field });
  expect(inspect(error, { depth: 9 })).not.toContain("swordfish");
});

it.each([
  ["true", true],
  ["SPAN_ONLY", true],
  ["false", false],
  ["", false],
])("records content as the kit's other packages do with the variable %j", (value, captureContent) => {
  vi.stubEnv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", value);
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(readSettings("http://h", {}).captureContent).toBe(captureContent);
  expect(readSettings("http://h", { captureContent: !captureContent }).captureContent).toBe(!captureContent);
});
