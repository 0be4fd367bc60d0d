import { expect, it } from "vitest";
import { Conversation } from "./conversation.js";
import { LruMap } from "./lru-map.js";
import { ToolCalls } from "./tool-calls.js";

const origin = { traceId: "t", spanId: "s" };
const begin = () => new Conversation({ sessionId: "c", keyedBy: "application" }, undefined, 100);

it("tells an event once for its key", () => {
  const conversation = begin();
  expect(conversation.tell(["k", 1], "message", 5, origin, {})).toBe(true);
  expect(conversation.tell(["k", 1], "message", 9, origin, {})).toBe(false);
  expect(conversation.take().length).toBe(1);
});

it("puts the start first, at the earliest time, and every event after the one before", () => {
  const conversation = begin();
  const at = (micros: number) =>
    conversation.tell([micros, Math.random()], "message", 1e15 + micros, origin, { micros });
  for (const micros of [7, 3, 3, 4]) at(micros);
  conversation.start(origin, 1e15 + 5, {});
  const told = conversation.take().map(({ type, sequence, micros }) => [type, sequence, micros - 1e15]);
  expect(told).toEqual([
    ["session_start", 1, 3],
    ["message", 2, 4],
    ["message", 3, 5],
    ["message", 4, 6],
    ["message", 5, 7],
  ]);
  at(2);
  at(7);
  expect(conversation.take().map(({ micros }) => micros - 1e15)).toEqual([2, 8]);
});

it("remembers a bounded number of events and calls", () => {
  const conversation = begin();
  for (let n = 0; n < 10_000; n++) conversation.tell([n], "message", n, origin, {});
  expect(conversation.hasTold([9_999])).toBe(true);
  expect(conversation.hasTold([0])).toBe(false);
  const calls = new ToolCalls();
  for (let n = 0; n < 2_000; n++) calls.asked(`${n}`, "t", {}, "s");
  expect(calls.executed("1999", "t", {}, "x").askedBy).toBe("s");
  expect(calls.executed("0", "t", {}, "x").askedBy).toBeUndefined();
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
