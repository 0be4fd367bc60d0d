import { INFERENCE_OFFERED, takeInference } from "@kit/genai/framework";
import { type Context, context, createContextKey, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Entry } from "./entry.js";

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterAll(() => context.disable());

const KEY = createContextKey("test");
const SPAN = trace.wrapSpanContext({ traceId: "1".repeat(32), spanId: "2".repeat(16), traceFlags: 1 });
const INSIDE = trace.setSpan(ROOT_CONTEXT, SPAN);

/** An entry whose model call is offered, and how often its span was made. */
function offered(base: Context = ROOT_CONTEXT) {
  const entry = new Entry("model", {}, []);
  let opened = 0;
  entry.offer(base, () => {
    opened += 1;
    return INSIDE;
  });
  return { entry, opened: () => opened };
}

it("is the context around it until its run is known, then the run's", () => {
  context.with(ROOT_CONTEXT.setValue(KEY, "outer"), () => {
    const entry = new Entry("tool", {}, []);
    expect(entry.getValue(KEY)).toBe("outer");
    entry.bind(INSIDE.setValue(KEY, "inner"));
    entry.bind(ROOT_CONTEXT);
    expect(entry.getValue(KEY)).toBe("inner");
    expect(trace.getSpan(entry)).toBe(SPAN);
    expect(entry.setValue(KEY, "own").getValue(KEY)).toBe("own");
    expect(entry.deleteValue(KEY).getValue(KEY)).toBeUndefined();
  });
});

it("makes an offered span once, when somebody asks for it, and not for other values", () => {
  const { entry, opened } = offered();
  expect(entry.getValue(KEY)).toBeUndefined();
  expect(opened()).toBe(0);
  expect(trace.getSpan(entry)).toBe(SPAN);
  expect(trace.getSpan(entry)).toBe(SPAN);
  expect(opened()).toBe(1);
  expect(entry.getValue(INFERENCE_OFFERED)).toBeUndefined();
});

it("makes none when a client takes the call, and tells the offers further out", () => {
  const outer = offered();
  const inner = offered(outer.entry);
  takeInference(inner.entry);
  expect([inner.entry.taken, outer.entry.taken]).toEqual([true, true]);
  expect(trace.getSpan(inner.entry)).toBeUndefined();
  expect([inner.opened(), outer.opened()]).toEqual([0, 0]);
});

it("makes none after the run is over, and keeps nothing of the call", () => {
  const { entry, opened } = offered();
  const told: string[] = [];
  entry.onSettled = ({ outcome }) => told.push(outcome);
  entry.settle({ outcome: "completed" });
  entry.settle({ outcome: "error" });
  expect(told).toEqual(["completed"]);
  expect(trace.getSpan(entry)).toBeUndefined();
  expect(opened()).toBe(0);
  expect([entry.receiver, entry.args]).toEqual([{}, []]);
});

it("is taken by one run of its kind, or by all where several begin in it", () => {
  const taken = (entry: Entry, kind: "model" | "tool") => context.with(entry, () => Entry.take(kind));
  const single = new Entry("model", {}, []);
  expect([taken(single, "tool"), taken(single, "model"), taken(single, "model")]).toEqual([
    undefined,
    single,
    undefined,
  ]);
  const several = new Entry("model", {}, [], false);
  expect([taken(several, "model"), taken(several, "model")]).toEqual([several, several]);
});
