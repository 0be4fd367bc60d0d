import { describe, expect, it } from "vitest";
import { traceTool } from "./tool.js";
import { showAs, traceMember } from "./tool-object.js";

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

describe("what is shown in place of an object", () => {
  it("has other members, and is the original in everything else", () => {
    class Params {
      #reads = 0;
      a?: number = 1;
      b?: number;
      get reads() {
        this.#reads += 1;
        return this.#reads;
      }
      self() {
        return this;
      }
    }
    const own = new Params();
    const shown = showAs(own, { a: (value) => [value] });
    own.b = 2;
    expect([shown.a, shown.b, shown.reads, shown.reads, shown instanceof Params]).toEqual([
      [1],
      2,
      1,
      2,
      true,
    ]);
    expect(shown.self).toBe(own.self);
    shown.b = 3;
    delete shown.a;
    expect([own.b, "a" in own, "a" in shown]).toEqual([3, false, false]);
  });

  it("stands for a frozen object too, whose error it throws", () => {
    const own = Object.freeze({ a: 1, b: 2 });
    const shown = showAs(own, { a: () => "other" }) as { a: unknown; b: number };
    expect([shown.a, { ...shown }]).toEqual(["other", { a: "other", b: 2 }]);
    expect(() => {
      shown.b = 3;
    }).toThrow(/^Cannot assign to read only property 'b' of object '#<Object>'$/);
  });

  it("shows the member as it is if it cannot be made another", () => {
    const shown = showAs(
      { a: 1 },
      {
        a: () => {
          throw new Error("broken");
        },
      },
    );
    expect(shown.a).toBe(1);
  });
});
