import type { Attributes } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import type { Content } from "../adapter/operation.js";
import { setContent, setStructuredContent } from "./content.js";

function user(content: string): Content {
  return { inputMessages: [{ role: "user", parts: [{ type: "text", content }] }] };
}

function onSpan(content: Content, maxLength = 1_000): Attributes {
  const attributes: Attributes = {};
  setContent(attributes, content, maxLength);
  return attributes;
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

  it("counts the bytes of what an application's tool takes and gives, instead of writing them out", () => {
    const bytes = new Uint8Array(4_000_000);
    const toolResult = {
      image: { data: bytes, as: new Float32Array(2), of: bytes.buffer },
      page: Buffer.from("x"),
    };
    const [text, attributes] = [onSpan({ toolResult })["gen_ai.tool.call.result"], {}];
    setStructuredContent(attributes, { toolResult }, 1_000);
    const counted = {
      image: { data: "[4000000 bytes]", as: "[8 bytes]", of: "[4000000 bytes]" },
      page: "[1 bytes]",
    };
    expect(JSON.parse(String(text))).toEqual(counted);
    expect(attributes).toEqual({ "gen_ai.tool.call.result": counted });
  });

  it("follows objects that all name each other only so far, and says that it stopped", () => {
    const friends = Array.from({ length: 30 }, () => ({}) as { friends?: object[] });
    for (const each of friends) each.friends = friends.filter((other) => other !== each);
    const shared = { name: "shared" };
    const attributes = onSpan({ toolArguments: [shared, shared], toolResult: friends[0] });
    expect(String(attributes["gen_ai.tool.call.result"]).length).toBeLessThan(5_000_000);
    expect(attributes["kit.content.cut_characters"]).toBeGreaterThan(0);
    expect(attributes["gen_ai.tool.call.arguments"]).toBe('[{"name":"shared"},{"name":"shared"}]');
  });

  it("keeps every one of a hundred thousand values", () => {
    const toolResult = Array.from({ length: 99_999 }, (_, index) => index);
    const attributes = onSpan({ toolResult }, 65_536);
    expect(JSON.parse(String(attributes["gen_ai.tool.call.result"]))).toEqual(toolResult);
    expect(attributes).not.toHaveProperty("kit.content.cut_characters");
    expect(onSpan({ toolResult: [...toolResult, -1, -2] })["kit.content.cut_characters"]).toBe(2);
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
