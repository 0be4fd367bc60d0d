import { expect, it, vi } from "vitest";
import { TimeSlicer } from "./time-slicer.js";

function* steps(count: number, trace: string[], name: string) {
  for (let n = 1; n <= count; n++) {
    trace.push(`${name}${n}`);
    yield;
  }
  return name;
}

/** Every look at the clock finds that much time gone. */
function slowClock(ms: number) {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => {
    now += ms;
    return now;
  });
}

it("does short work at once", () => {
  const done: string[] = [];
  new TimeSlicer("").run(steps(3, [], "a"), (result) => done.push(result));
  expect(done).toEqual(["a"]);
});

it("puts the rest of long work off to later turns, and what comes after it behind it", async () => {
  slowClock(10);
  const trace: string[] = [];
  const slicer = new TimeSlicer("");
  const finished = new Promise<void>((resolve) => {
    slicer.run(steps(2, trace, "a"), (result) => trace.push(result));
    slicer.run(steps(2, trace, "b"), (result) => {
      trace.push(result);
      resolve();
    });
  });
  expect(trace).toEqual(["a1"]);
  await finished;
  expect(trace).toEqual(["a1", "a2", "a", "b1", "b2", "b"]);
  vi.restoreAllMocks();
});

it("goes on after work that fails", () => {
  const slicer = new TimeSlicer("nothing");
  const results: string[] = [];
  const failing = {
    next() {
      throw new Error("no");
    },
  };
  slicer.run(failing, (result) => results.push(result));
  slicer.run(steps(1, [], "a"), (result) => results.push(result));
  expect(results).toEqual(["nothing", "a"]);
});

it("does many small pieces in a turn, all in order, those of its callers' answers too", async () => {
  const done: number[] = [];
  const slicer = new TimeSlicer(0);
  slowClock(10);
  function* piece() {
    yield;
    return 1;
  }
  slicer.run(piece(), () => done.push(0));
  vi.restoreAllMocks();
  const finished = new Promise<void>((resolve) => {
    for (let n = 1; n < 5_000; n++) slicer.run(piece(), () => done.push(n));
    slicer.run(piece(), () => {
      done.push(5_000);
      slicer.run(piece(), () => resolve());
    });
  });
  await finished;
  expect(done).toEqual(Array.from({ length: 5_001 }, (_, n) => n));
});
