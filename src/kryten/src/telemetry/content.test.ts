import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ContentPolicy } from "./content.js";

const VARIABLE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";
const CONTENT = { text: "hello", user: "ann", key: "user:ann" };

beforeEach(() => void vi.stubEnv(VARIABLE, undefined));
afterEach(() => void vi.unstubAllEnvs());

describe("whether content is recorded", () => {
  it("is no, unless somebody says so", () => {
    const policy = new ContentPolicy(undefined, undefined);
    expect(policy.capture).toBe(false);
    expect(policy.attributes(CONTENT)).toEqual({});
  });

  it.each(["true", "TRUE", "1", " true ", "SPAN_ONLY", "span_and_event"])("is yes by %j", (value) => {
    vi.stubEnv(VARIABLE, value);
    expect(new ContentPolicy(undefined, undefined).capture).toBe(true);
  });

  it.each(["false", "0", "", "NO_CONTENT", "EVENT_ONLY", "yes please"])("is no by %j", (value) => {
    vi.stubEnv(VARIABLE, value);
    expect(new ContentPolicy(undefined, undefined).capture).toBe(false);
  });

  it("is the application's to say, whatever the environment says", () => {
    expect(new ContentPolicy(true, undefined).capture).toBe(true);
    vi.stubEnv(VARIABLE, "true");
    expect(new ContentPolicy(false, undefined).capture).toBe(false);
    expect(new ContentPolicy(false, undefined).attributes(CONTENT)).toEqual({});
  });
});

describe("content that is recorded", () => {
  it("has an attribute for each of its parts, and none for what is absent", () => {
    const policy = new ContentPolicy(true, undefined);
    expect(policy.attributes(CONTENT)).toEqual({
      "kryten.message.text": "hello",
      "kryten.user.name": "ann",
      "kryten.kv.key": "user:ann",
    });
    expect(policy.attributes({ user: "" })).toEqual({ "kryten.user.name": "" });
    expect(policy.attributes(undefined)).toEqual({});
  });

  it("is redacted, all of it, and before it is cut", () => {
    const policy = new ContentPolicy(true, (text) => text.replaceAll("secret", ""));
    expect(policy.attributes({ text: "a secret", user: "secret", key: "user:secret" })).toEqual({
      "kryten.message.text": "a ",
      "kryten.user.name": "",
      "kryten.kv.key": "user:",
    });
    expect(policy.prepare(`${"x".repeat(1020)}secret`)).toBe("x".repeat(1020));
  });

  it("is left out when it cannot be redacted", () => {
    const policy = new ContentPolicy(true, () => {
      throw new Error("broken");
    });
    expect(policy.attributes({ text: "secret" })).toEqual({ "kryten.message.text": "" });
  });

  it.each([
    ["x".repeat(1024), "x".repeat(1024)],
    ["x".repeat(1025), "x".repeat(1024)],
    [`${"x".repeat(1023)}é`, "x".repeat(1023)],
    [`${"x".repeat(1022)}é!`, `${"x".repeat(1022)}é`],
    [`${"x".repeat(1021)}😀`, "x".repeat(1021)],
  ])("is cut at 1024 bytes, never inside a character (%#)", (given, kept) => {
    expect(new ContentPolicy(true, undefined).prepare(given)).toBe(kept);
  });
});
