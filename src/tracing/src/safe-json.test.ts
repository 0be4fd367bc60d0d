import { describe, expect, it } from "vitest";
import { cutText, toSafeJson } from "./safe-json.js";

const json = (value: unknown, room = 10_000) => toSafeJson(value, room);

describe("JSON that is always valid", () => {
  it.each([
    [{ a: 1, b: "x", c: [true, null], d: {} }],
    [[]],
    ['text with "quotes" and \u2028 and \ud83d\ude00'],
    [{ date: new Date(5), url: new URL("http://h/p") }],
    [{ skipped: undefined, fn: () => 1, symbol: Symbol("s") }],
    [[undefined, () => 1]],
    [{ nested: { toJSON: () => ({ from: "toJSON" }) } }],
    [[Object(1), Object("s"), Object(false)]],
    [{ "": 0, "a b": -0.5 }],
    [Object.create(null, { own: { value: 1, enumerable: true } })],
  ])("reads like JSON.stringify for %j", (value) => {
    expect(json(value)).toBe(JSON.stringify(value));
  });

  it.each([
    ["a BigInt", { a: 1n, b: 2n ** 70n }, '{"a":1,"b":"1180591620717411303424"}'],
    ["numbers without a value", { a: Number.NaN, b: 1, c: [Number.POSITIVE_INFINITY] }, '{"b":1,"c":[null]}'],
    ["a Map and a Set", { m: new Map([["k", 1]]), s: new Set([1, 2]) }, '{"m":{"k":1},"s":[1,2]}'],
    [
      "bytes",
      { b: Buffer.from("secret"), f: new Float64Array(2) },
      '{"b":"[Buffer, 6 bytes]","f":"[Float64Array, 16 bytes]"}',
    ],
    [
      "an error",
      { e: new TypeError("bad sk-abcdef123") },
      '{"e":{"name":"TypeError","type":"TypeError","message":"bad [secret]"}}',
    ],
    ["an invalid date", { d: new Date(Number.NaN) }, '{"d":null}'],
    ["a pattern", { r: /a/g }, '{"r":"/a/g"}'],
    ["nothing at all", undefined, "null"],
    ["a function", () => 1, "null"],
  ])("takes %s", (_, value, expected) => {
    expect(json(value)).toBe(expected);
  });

  it("tells a cycle where it closes, and the same object twice where it is none", () => {
    const self: Record<string, unknown> = { name: "s" };
    self.self = self;
    self.list = [self];
    expect(json(self)).toBe('{"name":"s","self":"[circular]","list":["[circular]"]}');
    const shared = { x: 1 };
    expect(json([shared, shared])).toBe('[{"x":1},{"x":1}]');
  });

  it("survives getters, toJSON and proxies that throw", () => {
    const hostile = {
      get broken() {
        throw new Error("no");
      },
      json: {
        toJSON() {
          throw new Error("no");
        },
      },
      proxy: new Proxy({}, { get: () => [][0]!, ownKeys: () => [][0]! as never }),
      fine: 1,
    };
    expect(JSON.parse(json(hostile))).toMatchObject({
      broken: "[unreadable]",
      json: "[unreadable]",
      fine: 1,
    });
  });

  it("stops at the depth of 12", () => {
    let deep: unknown = "bottom";
    for (let level = 0; level < 50; level += 1) deep = { deep };
    expect(json(deep)).toContain('"[deep]"');
    expect(json(deep).length).toBeLessThan(200);
  });
});

describe("JSON that fits", () => {
  it.each([20, 21, 50, 100, 499, 500])("never exceeds %i characters and stays valid", (room) => {
    const values = [
      "x".repeat(1_000),
      "\u0000".repeat(1_000),
      "\ud83d\ude00".repeat(500),
      Array.from({ length: 1_000 }, (_, index) => index),
      Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`key${index}`, index])),
      [[[[[["deep", "er"]]]]], "after", { a: { b: { c: "d".repeat(600) } } }],
      { ["k".repeat(700)]: 1, next: 2 },
      ["\\".repeat(600)],
      Array(10_000_000),
    ];
    for (const value of values) {
      const text = json(value, room);
      expect(text.length, text).toBeLessThanOrEqual(room);
      expect(() => JSON.parse(text), text).not.toThrow();
    }
  });

  it("uses the room there is", () => {
    expect(json("x".repeat(1_000), 500).length).toBe(500);
    expect(json(["x".repeat(1_000)], 500).length).toBeGreaterThan(470);
    expect(json({ text: "x".repeat(460) }, 500)).toBe(JSON.stringify({ text: "x".repeat(460) }));
  });

  it("tells how much was left out", () => {
    expect(json([1, 2, 3, ...Array(100).fill(4)], 40)).toMatch(/^\[1,2,3,(4,)*"…\d+"\]$/);
    expect(JSON.parse(json({ a: 1, long: "x".repeat(99), b: 2, c: 3 }, 45))["…"]).toBeGreaterThan(0);
  });
});

it("cuts text at whole characters", () => {
  expect(cutText("abc", 3)).toBe("abc");
  expect(cutText("abcd", 3)).toBe("ab…");
  expect(cutText("a\ud83d\ude00b", 3)).toBe("a…");
});
