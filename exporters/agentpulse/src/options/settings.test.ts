import { describe, expect, it } from "vitest";
import type { AgentPulseOptions } from "./options.js";
import { resolveSettings } from "./settings.js";

const resolve = (options: unknown, env: Record<string, string> = {}) =>
  resolveSettings(options as AgentPulseOptions, env);

describe("settings", () => {
  it("have these defaults", () => {
    expect(resolve({ apiKey: "ap_x" })).toEqual({
      enabled: true,
      endpoint: "https://api.agentpulse.dev",
      apiKey: "ap_x",
      agentName: undefined,
      hostName: expect.stringMatching(/./),
      captureMessages: false,
      flushIntervalMs: 5_000,
      maxQueueSize: 10_000,
      maxBatchSize: 100,
      debug: false,
      compression: "auto",
      llmEvents: "cost",
      exportSpans: "genai",
      emitSpanStart: false,
      heartbeatMs: 600_000,
      flushOnSignals: false,
      prices: {},
      costMatch: "strict",
      initEvent: true,
      warnings: [],
    });
  });

  it("come from options before variables, where an empty text is none", () => {
    const env = {
      AGENTPULSE_API_KEY: " ap_env ",
      AGENTPULSE_AGENT: "env",
      AGENTPULSE_ENDPOINT: "https://env.example.com/base/",
      AGENTPULSE_ENABLED: "",
      AGENTPULSE_CAPTURE_MESSAGES: "ON",
      AGENTPULSE_DEBUG: "yes",
    };
    expect(resolve({}, env)).toMatchObject({
      apiKey: "ap_env",
      agentName: "env",
      endpoint: "https://env.example.com/base",
      enabled: true,
      captureMessages: true,
      debug: true,
    });
    const given = { apiKey: "ap_own", agentName: "own", endpoint: "https://own.example.com", debug: false };
    expect(resolve(given, env)).toMatchObject(given);
    expect(resolve({ apiKey: "", agentName: " ", endpoint: "" }, env)).toMatchObject({
      apiKey: "ap_env",
      agentName: "env",
      endpoint: "https://env.example.com/base",
    });
  });

  it.each([
    ["1", true],
    [" True ", true],
    ["yes", true],
    ["ON", true],
    ["0", false],
    ["FALSE", false],
    ["no", false],
    [" off", false],
    ["maybe", true],
    ["", true],
  ])("read the variable %j as %s", (text, enabled) => {
    expect(resolve({ apiKey: "ap_x" }, { AGENTPULSE_ENABLED: text }).enabled).toBe(enabled);
  });
});

describe("an option that cannot be used is an error that says what to write", () => {
  it.each([
    [{ flushInterval: 0 }, RangeError, "flushInterval: got 0; give a number of seconds above 0"],
    [{ flushInterval: Number.NaN }, RangeError, "flushInterval: got NaN"],
    [{ flushInterval: "5" }, TypeError, 'flushInterval: got "5"; give a number of seconds, such as 5.'],
    [{ maxQueueSize: 0 }, RangeError, "maxQueueSize: got 0; give a whole number from 1 to"],
    [{ maxQueueSize: 1.5 }, RangeError, "maxQueueSize: got 1.5"],
    [
      { maxBatchSize: 501 },
      RangeError,
      "maxBatchSize: got 501; give a whole number from 1 to 500, such as 100.",
    ],
    [{ heartbeatInterval: -1 }, RangeError, "heartbeatInterval: got -1; give a number of seconds from 0 to"],
    [{ compression: "zip" }, TypeError, 'compression: got "zip"; give one of auto, gzip, none.'],
    [{ llmEvents: 1 }, TypeError, "llmEvents: got 1; give one of cost, llm_call, both."],
    [{ exportSpans: "none" }, TypeError, "exportSpans: got"],
    [{ costMatch: "fuzzy" }, TypeError, "costMatch: got"],
    [{ enabled: "false" }, TypeError, 'enabled: got "false"; give true or false.'],
    [{ captureMessages: 1 }, TypeError, "captureMessages: got 1; give true or false."],
    [{ agentName: {} }, TypeError, "agentName: got a value of type object; give a text."],
    [{ endpoint: "api.example.com" }, TypeError, 'endpoint: got "api.example.com"; give an http address'],
    [{ endpoint: "ftp://x" }, TypeError, "endpoint: got"],
    [{ apiKey: ["ap_x"] }, TypeError, "apiKey: got a value that is no text"],
  ] as const)("%j", (options, type, message) => {
    const read = () => resolve({ apiKey: "ap_x", ...options });
    expect(read).toThrow(type);
    expect(read).toThrow(message);
  });

  it("without repeating what may be a secret", () => {
    const messages = [
      { apiKey: "ap_sec\nret" },
      { apiKey: "ap_sécret" },
      { endpoint: "https://user:secret@example.com" },
      { endpoint: "https://:secret@example.com" },
    ].map((options) => {
      try {
        return resolve({ apiKey: "ap_x", ...options });
      } catch (error) {
        return (error as Error).message;
      }
    });
    for (const message of messages) {
      expect(message).toMatch(/^(apiKey|endpoint): /);
      expect(message).not.toMatch(/s[eé]c/);
    }
  });

  it("and names the variable where that is wrong", () => {
    const read = () => resolve({ apiKey: " " }, { AGENTPULSE_API_KEY: "ap_ of\u00a0mine" });
    expect(read).toThrow(/^AGENTPULSE_API_KEY: it has characters/);
    expect(() => resolve({}, { AGENTPULSE_ENDPOINT: "nowhere" })).toThrow(
      'AGENTPULSE_ENDPOINT: got "nowhere"',
    );
  });
});

it("takes the whole range of what is allowed", () => {
  const least = { flushInterval: 0.001, maxQueueSize: 1, maxBatchSize: 1, heartbeatInterval: 0 };
  expect(resolve({ apiKey: "ap_x", ...least })).toMatchObject({ flushIntervalMs: 1, heartbeatMs: 0 });
  const most = { flushInterval: 604_800, maxQueueSize: 10_000_000, maxBatchSize: 500 };
  expect(resolve({ apiKey: "ap_x", ...most })).toMatchObject({ maxBatchSize: 500 });
});
