import { expect, it } from "vitest";
import { LruMap } from "../bounded/lru-map.js";
import { Session } from "./session.js";
import { ToolCalls } from "./tool-calls.js";

const origin = { traceId: "t", spanId: "s" };
const begin = () => new Session({ sessionId: "c", keyedBy: "application" }, undefined, 100);

it("adds an event once for its key", () => {
  const session = begin();
  expect(session.add(["k", 1], "message", 5, origin, {})).toBe(true);
  expect(session.add(["k", 1], "message", 9, origin, {})).toBe(false);
  expect(session.take().length).toBe(1);
});

it("puts the start first, at the earliest time, and every event after the one before", () => {
  const session = begin();
  const at = (micros: number) =>
    session.add([micros, Math.random()], "message", 1e15 + micros, origin, { micros });
  for (const micros of [7, 3, 3, 4]) at(micros);
  session.start(origin, 1e15 + 5, {});
  const taken = session.take().map(({ type, sequence, micros }) => [type, sequence, micros - 1e15]);
  expect(taken).toEqual([
    ["session_start", 1, 3],
    ["message", 2, 4],
    ["message", 3, 5],
    ["message", 4, 6],
    ["message", 5, 7],
  ]);
  at(2);
  at(7);
  expect(session.take().map(({ micros }) => micros - 1e15)).toEqual([2, 8]);
});

it("remembers a bounded number of events and calls", () => {
  const session = begin();
  for (let n = 0; n < 10_000; n++) session.add([n], "message", n, origin, {});
  expect(session.has([9_999])).toBe(true);
  expect(session.has([0])).toBe(false);
  const calls = new ToolCalls();
  for (let n = 0; n < 2_000; n++) calls.requested(`${n}`, "t", {}, "s");
  expect(calls.executed("1999", "t", {}, "x").requestedBy).toBe("s");
  expect(calls.executed("0", "t", {}, "x").requestedBy).toBeUndefined();
});

it("forgets what was not used for longest", () => {
  const evicted: number[] = [];
  const map = new LruMap<string, number>(2, (value) => evicted.push(value));
  map.set("a", 1);
  map.set("b", 2);
  expect(map.get("a")).toBe(1);
  map.set("c", 3);
  expect([map.has("a"), map.has("b"), map.has("c"), map.size]).toEqual([true, false, true, 2]);
  expect(evicted).toEqual([2]);
});

it("takes content that is JSON already as it is, and cuts it like any other", () => {
  const content = `"${"é\n".repeat(40)}`;
  const read = (json: string) => {
    const session = begin();
    session.add(["k"], "message", 1, origin, { author_role: "human", content }, json);
    return JSON.parse(String(session.take()[0]?.data));
  };
  const otel = { trace_id: "t", span_id: "s" };
  expect(read('"\\u0061"')).toEqual({ author_role: "human", content: "a", otel });
  expect(read(JSON.stringify(content))).toEqual({ author_role: "human", content, otel });
  const long = "x".repeat(150);
  expect(read(JSON.stringify(long)).content).toBe(`${"x".repeat(100)}…[truncated 50]`);
});
