import { INFERENCE_OFFERED, type Recorder, takeInference } from "@kit/genai/framework";
import { type Context, context, createContextKey, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Call, Run, type RunKind } from "./run.js";
import type { Translation, When } from "./translation.js";

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterAll(() => context.disable());

const KEY = createContextKey("test");
const SPAN = trace.wrapSpanContext({ traceId: "1".repeat(32), spanId: "2".repeat(16), traceFlags: 1 });
const CALL: Call = { receiver: {}, args: [], several: false };

/** A translation whose records have that span, and what became of them. */
function noted(when: When): Translation & { readonly ends: string[] } {
  const ends: string[] = [];
  const record = ({ parent }: { parent: Context }) => {
    ends.push("began");
    const recorder = { context: trace.setSpan(parent, SPAN).setValue(KEY, "inner"), chunk() {} };
    return {
      ...recorder,
      end: ({ outcome }: { outcome: string }) => ends.push(outcome),
    } as unknown as Recorder;
  };
  return { when, record, ends };
}

/** A run whose callback came. */
function begun(parent?: Run, call?: Call): Run {
  const run = new Run("model", call);
  run.begin(parent, undefined);
  return run;
}

it("acts as the surrounding context until it is recorded, as its span's until it ends, and keeps the place in the trace", () => {
  context.with(ROOT_CONTEXT.setValue(KEY, "outer"), () => {
    const run = begun(undefined, CALL);
    expect(run.getValue(KEY)).toBe("outer");
    run.follow(noted("at once"));
    expect(run.getValue(KEY)).toBe("inner");
    expect(trace.getSpan(run)).toBe(SPAN);
    expect(run.setValue(KEY, "own").getValue(KEY)).toBe("own");
    expect(run.deleteValue(KEY).getValue(KEY)).toBeUndefined();
    run.end({ outcome: "completed" });
    expect(trace.getSpan(run)).not.toBe(SPAN);
    expect(trace.getSpanContext(run)).toEqual(SPAN.spanContext());
  });
});

it("ends once, and keeps nothing of the call", () => {
  const run = begun(undefined, CALL);
  const translation = noted("at once");
  const over: string[] = [];
  run.onEnd(() => over.push("over"));
  run.follow(translation);
  run.end({ outcome: "completed" });
  run.end({ outcome: "error" });
  expect(translation.ends).toEqual(["began", "completed"]);
  expect(over).toEqual(["over"]);
  expect([run.call, run.recorder]).toEqual([undefined, undefined]);
});

it("records an unclaimed call once its span is asked for, and not for other values of the context", () => {
  const run = begun(undefined, CALL);
  const translation = noted("if nobody else does");
  run.follow(translation);
  expect(run.getValue(KEY)).toBeUndefined();
  expect(translation.ends).toEqual([]);
  expect(trace.getSpan(run)).toBe(SPAN);
  expect(trace.getSpan(run)).toBe(SPAN);
  expect(translation.ends).toEqual(["began"]);
  expect(run.getValue(INFERENCE_OFFERED)).toBeUndefined();
});

it("records no call that a client claims, and passes the claim to outer runs", () => {
  const [outer, inner] = [noted("if nobody else does"), noted("if nobody else does")];
  const above = begun(undefined, CALL);
  above.follow(outer);
  const run = context.with(above, () => begun(undefined, CALL));
  run.follow(inner);
  takeInference(run);
  expect([trace.getSpan(run), trace.getSpan(above)]).toEqual([undefined, undefined]);
  for (const each of [run, above]) each.end({ outcome: "completed" });
  expect([inner.ends, outer.ends]).toEqual([[], []]);
});

it("records an unclaimed call at its end at the latest, and nothing afterwards", () => {
  const [offered, never] = [noted("if nobody else does"), noted("never")];
  for (const translation of [offered, never]) {
    const run = begun(undefined, CALL);
    run.follow(translation);
    run.end({ outcome: "completed" });
    expect(trace.getSpan(run)).toBeUndefined();
  }
  expect([offered.ends, never.ends]).toEqual([["began", "completed"], []]);
});

it("belongs to the first callback of its kind, or holds all runs that its call starts", () => {
  const told = (run: Run, kind: RunKind) => {
    const found = context.with(run, () => Run.reported(kind));
    found.begin(undefined, undefined);
    return found;
  };
  const single = new Run("model", CALL);
  expect(told(single, "tool")).not.toBe(single);
  expect(told(single, "model")).toBe(single);
  expect(told(single, "model")).not.toBe(single);
  const several = new Run("model", { ...CALL, several: true });
  const parts = [told(several, "model"), told(several, "model")];
  const translations = parts.map((part) => {
    const translation = noted("if nobody else does");
    part.follow(translation);
    return translation;
  });
  expect(parts.map(({ call }) => call)).toEqual([several.call, several.call]);
  takeInference(several);
  for (const part of parts) part.end({ outcome: "completed" });
  expect(translations.map(({ ends }) => ends)).toEqual([[], []]);
});

it("starts in the surrounding context, and passes its conversation on", () => {
  expect(begun().base).toBe(ROOT_CONTEXT);
  const parent = new Run("chain");
  parent.begin(undefined, { thread_id: "thread-1" });
  expect(begun(parent).conversationId).toBe("thread-1");
  expect(begun(parent).recorded).toBeUndefined();
});

it("records the nearest waiting run when a model is called, and none beyond a recorded one", () => {
  const [outer, inner] = [begun(), noted("with its first model")];
  outer.follow(noted("with its first model"));
  const run = begun(outer);
  run.follow(inner);
  begun(run).callStarts("model");
  begun(run).callStarts("model");
  expect(inner.ends).toEqual(["began"]);
  expect(outer.recorder).toBeUndefined();
  begun(outer).callStarts("model");
  expect(outer.recorder).toBeDefined();
});

it("records the outermost chain once a function in it calls something, unless a span is around that call", () => {
  const [outer, step] = [noted("with a function's call"), begun()];
  const chain = begun();
  chain.follow(outer);
  step.begin(chain, undefined);
  begun(step).callStarts("model");
  step.isFunction = true;
  context.with(trace.setSpan(ROOT_CONTEXT, SPAN), () => begun(step).callStarts("model"));
  expect(outer.ends).toEqual([]);
  begun(step).callStarts("retriever");
  begun(step).callStarts("retriever");
  expect(outer.ends).toEqual(["began"]);
});
