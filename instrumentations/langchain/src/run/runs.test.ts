import { expect, it } from "vitest";
import { Run } from "./run.js";
import { MAX_RUNS, Runs } from "./runs.js";

it("gives up the oldest run when there is one too many", () => {
  const runs = new Runs();
  const oldest = new Run("chain");
  runs.add("0", oldest);
  for (let index = 1; index < MAX_RUNS; index += 1) runs.add(String(index), new Run("chain"));
  expect(oldest.ended).toBe(false);
  runs.add("one more", new Run("chain"));
  expect(oldest.ended).toBe(true);
  expect(runs.get("0")).toBeUndefined();
  expect(runs.get("1")).toBeDefined();
});

it("forgets a run that has ended", () => {
  const runs = new Runs();
  const run = new Run("chain");
  runs.add("1", run);
  expect(runs.get("1")).toBe(run);
  run.end({ outcome: "completed" });
  expect(runs.get("1")).toBeUndefined();
});
