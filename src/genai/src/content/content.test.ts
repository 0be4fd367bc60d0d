import type { Attributes } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import type { Content } from "../adapter/operation.js";
import { CopiedAttributes } from "../attribute-sink.js";
import { redactContent, setContent, setStructuredContent } from "./content.js";
import type { ContentPolicy } from "./content-policy.js";

const POLICY: ContentPolicy = {
  onSpan: true,
  onEvent: false,
  redact: undefined,
  maxLength: 1_000,
  toolDetails: false,
  toolDescriptions: true,
};

function user(content: string): Content {
  return { inputMessages: [{ role: "user", parts: [{ type: "text", content }] }] };
}

function onSpan(content: Content, maxLength = 1_000): Attributes {
  const copied = new CopiedAttributes();
  setContent(copied, content, maxLength);
  return copied.attributes;
}

describe("on a span", () => {
  it("is JSON of the whole message", () => {
    expect(onSpan(user("hi"))).toEqual({
      "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"hi"}]}]',
    });
  });

  it("leaves out what is empty", () => {
    expect(onSpan({ inputMessages: [], outputMessages: [], toolDefinitions: [] })).toEqual({});
  });

  it("tells each variable of a prompt template under its name", () => {
    expect(onSpan({ promptVariables: { city: "Seattle", "max words": "9" } })).toEqual({
      "gen_ai.prompt.variable.city": "Seattle",
      "gen_ai.prompt.variable.max words": "9",
    });
  });

  it("cuts a string that is too long, stays valid JSON and tells how much is gone", () => {
    const attributes = onSpan(user("a".repeat(150)), 100);
    const [message] = JSON.parse(String(attributes["gen_ai.input.messages"]));
    expect(message.parts[0].content).toBe(`${"a".repeat(100)}… [50 characters cut]`);
    expect(attributes["kit.content.cut_characters"]).toBe(50);
  });

  it("does not touch a string of exactly the limit inside longer content", () => {
    const attributes = onSpan(user("a".repeat(100)), 100);
    expect(attributes["gen_ai.input.messages"]).toContain(`"${"a".repeat(100)}"`);
    expect(attributes).not.toHaveProperty("kit.content.cut_characters");
  });

  it("never cuts a character in two", () => {
    const attributes = onSpan(user(`${"a".repeat(99)}😀${"b".repeat(99)}`), 100);
    expect(String(attributes["gen_ai.input.messages"])).not.toMatch(/\\ud83d/i);
    expect(attributes["kit.content.cut_characters"]).toBe(101);
  });

  it("copes with cycles, BigInt, bytes, dates and getters that throw", () => {
    const cycle: Record<string, unknown> = { n: 10n, bytes: new Uint8Array(3), at: new Date(0), f: () => 1 };
    cycle.self = cycle;
    Object.defineProperty(cycle, "bad", { enumerable: false, value: 1 });
    const text = String(onSpan({ toolArguments: cycle })["gen_ai.tool.call.arguments"]);
    expect(JSON.parse(text)).toEqual({
      n: "10",
      bytes: "[3 bytes]",
      at: "1970-01-01T00:00:00.000Z",
      self: "[circular or too deep]",
    });
    const hostile = {
      get boom(): never {
        throw new Error("no");
      },
    };
    expect(onSpan({ toolArguments: hostile })["gen_ai.tool.call.arguments"]).toBe('"[unreadable]"');
  });

  it("keeps a plain text result as the text it is", () => {
    expect(onSpan({ toolResult: "sunny" })).toEqual({ "gen_ai.tool.call.result": "sunny" });
  });
});

it("is structured on an event, never a JSON string", () => {
  const attributes = {};
  setStructuredContent(attributes, user("hi"), 1_000);
  expect(attributes).toEqual({
    "gen_ai.input.messages": [{ role: "user", parts: [{ type: "text", content: "hi" }] }],
  });
});

it("keeps null and leaves out undefined, on events as on spans", () => {
  const toolResult = { none: null, missing: undefined, list: [undefined, 1] };
  const attributes = {};
  setStructuredContent(attributes, { toolResult }, 1_000);
  expect(attributes).toEqual({ "gen_ai.tool.call.result": { none: null, list: [null, 1] } });
  expect(JSON.stringify(attributes)).toBe(JSON.stringify({ "gen_ai.tool.call.result": toolResult }));
});

describe("redact", () => {
  it("decides what is recorded", () => {
    const redact = () => user("[redacted]");
    expect(redactContent(user("secret"), { ...POLICY, redact }, new CopiedAttributes())).toEqual(
      user("[redacted]"),
    );
  });

  it("may drop everything", () => {
    expect(
      redactContent(user("secret"), { ...POLICY, redact: () => undefined }, new CopiedAttributes()),
    ).toBeUndefined();
  });

  it("fails closed and says so", () => {
    const copied = new CopiedAttributes();
    const redact = () => {
      throw new Error("bug");
    };
    expect(redactContent(user("secret"), { ...POLICY, redact }, copied)).toBeUndefined();
    expect(copied.attributes).toEqual({ "kit.content.dropped": "redact_failed" });
  });
});

it("records descriptions and parameters of tools only on request", () => {
  const content: Content = {
    toolDefinitions: [
      { type: "function", name: "f", description: "private", parameters: { type: "object" } },
    ],
  };
  expect(redactContent(content, POLICY, new CopiedAttributes())).toEqual({
    toolDefinitions: [{ type: "function", name: "f" }],
  });
  expect(redactContent(content, { ...POLICY, toolDetails: true }, new CopiedAttributes())).toEqual(content);
});
