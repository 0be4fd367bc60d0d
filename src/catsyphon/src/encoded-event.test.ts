import { describe, expect, it } from "vitest";
import { encodeData, encodeEvent, REQUEST_LIMITS } from "./encoded-event.js";
import type { EventData, EventType } from "./event.js";
import { WireEventFactory } from "./wire-event.js";

const at = "2026-05-01T08:00:00.000001Z";
const common = { emittedAt: at, observedAt: at, eventHash: "h", sequence: 7 } as const;

function encode(type: EventType, data: EventData) {
  const bytes = Buffer.from(encodeData(type, data));
  const { pieces, size } = encodeEvent({ ...common, type, data: bytes });
  return { line: pieces.map((piece) => Buffer.from(piece).toString()).join(""), size };
}

function nested(depth: number): unknown {
  return depth === 0 ? "core" : [nested(depth - 1)];
}

const cyclic: Record<string, unknown> = {};
cyclic.self = cyclic;

const data: Record<string, EventData> = {
  "plain texts and numbers": { author_role: "human", content: "hi", token_usage: { input_tokens: 1 } },
  "members that are not there": { content: undefined, model: null },
  "nulls inside": { parameters: { a: null, b: [null, undefined] } },
  "NUL characters in texts": { content: "a\0b" },
  "NUL characters in names": { parameters: { "k\0": 1 } },
  "halves of characters": { content: "a\ud800" },
  "characters of several bytes": { content: "é 語 😀" },
  "numbers JSON has no word for": { value: Number.NaN, list: [Number.POSITIVE_INFINITY] },
  "dates, big integers and functions": { when: new Date(0), big: 1n, run: () => 1 },
  "objects that say what they are": { parameters: { toJSON: () => ({ said: true }) } },
  "a member called __proto__": JSON.parse('{"parameters":{"__proto__":{"x":1}}}'),
  "values nested as deep as is taken": { parameters: { deep: nested(97) } },
  "values nested deeper": { parameters: { deep: nested(98) } },
  cycles: { parameters: cyclic },
  "members that throw": {
    parameters: {
      get content(): string {
        throw new Error("no");
      },
    },
  },
};

describe("an encoded event is what the client makes of it otherwise:", () => {
  it.each(Object.entries(data))("%s", (_, each) => {
    for (const type of ["message", "session_start"] as const) {
      const wire = new WireEventFactory("s").create({ ...common, type, data: each });
      const { line, size } = encode(type, each);
      expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(wire)));
      expect(size).toBe(Buffer.byteLength(line) + 1);
    }
  });
});

it("refuses an author role that the server does not know", () => {
  expect(() => encodeData("message", { author_role: "robot" })).toThrow(TypeError);
});

it("cuts an event that is larger than a request", () => {
  const { line, size } = encode("message", { content: "é".repeat(1_000_000) });
  expect(size).toBe(Buffer.byteLength(line) + 1);
  expect(size).toBeLessThanOrEqual(REQUEST_LIMITS.bytes + 1);
  expect(size).toBeGreaterThan(REQUEST_LIMITS.bytes / 2);
});
