import type { ToolFacts, TraceTool } from "@kit/genai";
import { describe, expect, it } from "vitest";
import { addTools, runTools } from "./tools.js";

type Run = (...args: unknown[]) => unknown;

/** Traces as the engine does, and notes what of. */
function tracer() {
  const facts: ToolFacts[] = [];
  const trace: TraceTool = (tool, run) => {
    facts.push(tool);
    return run;
  };
  return { facts, trace };
}

const tool = (more: object = {}) => ({
  name: "weather",
  description: "tells it",
  run: (input: unknown) => input,
  ...more,
});

describe("a tool handed to a runner", () => {
  it("is another object, and the application's stays as it was", () => {
    const { trace } = tracer();
    const mine = Object.freeze(tool());
    const params = { tools: [mine], max_tokens: 1 };
    const [given] = runTools([params], trace);
    expect(given).toEqual({ ...params, tools: [{ ...mine, run: expect.any(Function) }] });
    expect((given as typeof params).tools[0]).not.toBe(mine);
    expect(params.tools[0]).toBe(mine);
  });

  it("is left alone when there is nothing to run", () => {
    const { trace, facts } = tracer();
    const search = { type: "web_search_20250305", name: "web_search" };
    const params = { tools: [search] };
    const [given] = runTools([params], trace);
    expect((given as typeof params).tools[0]).toBe(search);
    expect(runTools([undefined], trace)).toEqual([undefined]);
    expect(runTools([{}], trace)).toEqual([{}]);
    expect(facts).toEqual([]);
  });

  it("tells its name, and the call it serves where the runner says", () => {
    const { trace, facts } = tracer();
    addTools([tool()], trace);
    expect(facts[0]).toMatchObject({ name: "weather", description: "tells it" });
    expect(facts[0]?.callId?.([{}, { toolUse: { id: "toolu_1" } }])).toBe("toolu_1");
    expect(facts[0]?.callId?.([{}, { toolUseBlock: { id: "toolu_2" } }])).toBe("toolu_2");
    expect(facts[0]?.callId?.([{}])).toBeUndefined();
  });

  it("that is a set of tools tells the one that runs, and its input", () => {
    const { trace, facts } = tracer();
    runTools([{ tools: [{ run: () => "" }] }], trace);
    const args = [{}, { id: "toolu_1", name: "click", input: { x: 1 } }];
    const [set] = facts;
    expect(typeof set?.name === "function" && set.name(args)).toBe("click");
    expect([set?.input?.(args), set?.callId?.(args)]).toEqual([{ x: 1 }, "toolu_1"]);
  });

  it("runs as the application's own object, private members and all", () => {
    class Counter {
      #runs = 0;
      readonly name = "count";
      get description() {
        return `ran ${this.#runs} times`;
      }
      run() {
        this.#runs += 1;
        return this;
      }
      toJSON() {
        return { name: this.name, description: this.description };
      }
    }
    const mine = new Counter();
    const [given] = addTools([mine], tracer().trace) as [{ run: Run }];
    expect(given.run()).toBe(mine);
    expect(given).toBeInstanceOf(Counter);
    expect(JSON.stringify(given)).toBe('{"name":"count","description":"ran 1 times"}');
  });
});

describe("parameters changed while a runner runs", () => {
  it("have their tools traced, given as they are or made of the ones before", () => {
    const { trace, facts } = tracer();
    expect(runTools([{ tools: [tool()] }], trace)[0]).toMatchObject({ tools: [{ name: "weather" }] });
    const [change] = runTools([(before: object) => ({ ...before, tools: [tool()] })], trace);
    expect(typeof change === "function" && change({ tools: [] })).toMatchObject({
      tools: [{ name: "weather" }],
    });
    expect(facts).toHaveLength(2);
  });
});
