import { expect, it } from "vitest";
import { traceTool } from "./tool.js";
import { traceMember } from "./tool-object.js";

const facts = { name: "count" };
const traced = <F extends (...args: never[]) => unknown>(_: unknown, run: F): F =>
  ((...args: never[]) => ["traced", run(...args)]) as unknown as F;

it("gives a copy whose function reports, and leaves a frozen tool as it was", () => {
  const tool = Object.freeze({ name: "count", run: (to: number) => to });
  const copy = traceMember(tool, "run", facts, traced);
  expect(copy.run(3)).toEqual(["traced", 3]);
  expect(tool.run(3)).toBe(3);
});

it("runs on the application's own object, private members and all", () => {
  class Counter {
    #runs = 0;
    get runs() {
      return this.#runs;
    }
    run() {
      this.#runs += 1;
      return this;
    }
  }
  const own = new Counter();
  const copy = traceMember(own, "run", facts, traced);
  expect(copy.run()).toEqual(["traced", own]);
  expect([own.runs, copy.runs, copy instanceof Counter]).toEqual([1, 1, true]);
});

it("tells the tracer of a function with the name and length of the tool's own", () => {
  let seen: unknown[] = [];
  traceMember({ run: function weather(_city: string) {} }, "run", facts, (tool, run) => {
    seen = [tool, run.name, run.length];
    return run;
  });
  expect(seen).toEqual([facts, "weather", 1]);
});

it("gives back a tool that has nothing to run", () => {
  const tool: { run?: () => unknown } = {};
  expect(traceMember(tool, "run", facts, traced)).toBe(tool);
});

it("gives back a tool that reports its runs already, copied or stood in for", () => {
  class Counter {
    run() {}
  }
  for (const tool of [{ run: () => {} }, new Counter()]) {
    const once = traceMember(tool, "run", facts, (each, run) => traceTool(() => undefined, each, run));
    expect(once).not.toBe(tool);
    expect(traceMember(once, "run", facts, traced)).toBe(once);
  }
});
