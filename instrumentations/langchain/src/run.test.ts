import { ROOT_CONTEXT } from "@opentelemetry/api";
import { expect, it } from "vitest";
import { MAX_RUNS, Run, Runs } from "./run.js";

/** A run that notes how it ended. */
function noted(parent?: Run): [Run, string[]] {
  const outcomes: string[] = [];
  const run = new Run(parent);
  run.work = { end: ({ outcome }) => outcomes.push(outcome) };
  return [run, outcomes];
}

it("ends once, whoever tells first", () => {
  const [run, outcomes] = noted();
  run.end({ outcome: "completed" });
  run.end({ outcome: "error" });
  expect(outcomes).toEqual(["completed"]);
});

it("gives up the oldest run when one more begins than it keeps", () => {
  const runs = new Runs();
  const [oldest, outcomes] = noted();
  runs.add("0", oldest);
  for (let index = 1; index < MAX_RUNS; index += 1) runs.add(String(index), new Run(undefined));
  expect(outcomes).toEqual([]);
  runs.add("one more", new Run(undefined));
  expect(outcomes).toEqual(["abandoned"]);
  expect(runs.get("0")).toBeUndefined();
  expect(runs.get("1")).toBeDefined();
});

it("begins in the context around it, and hands its conversation down", () => {
  expect(new Run(undefined).base).toBe(ROOT_CONTEXT);
  const child = new Run(new Run(undefined, undefined, "thread-1"));
  expect(child.conversationId).toBe("thread-1");
  expect(child.recorded).toBeUndefined();
});

it("tells the nearest plumbing above that a model is asked, once, and nothing beyond what is recorded", () => {
  const asked: string[] = [];
  const outer = new Run(undefined);
  outer.onModel = () => asked.push("outer");
  const inner = new Run(outer);
  inner.onModel = () => asked.push("inner");
  new Run(inner).ask();
  new Run(inner).ask();
  expect(asked).toEqual(["inner", "outer"]);
});
