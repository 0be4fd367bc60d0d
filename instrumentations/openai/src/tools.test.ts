import type { ToolFacts } from "@kit/genai";
import { expect, it } from "vitest";
import { runCall, runTools } from "./tools.js";

function trace() {
  const seen: ToolFacts[] = [];
  return {
    seen,
    traceTool: <F extends (...args: never[]) => unknown>(tool: ToolFacts, run: F): F => {
      seen.push(tool);
      return ((...args: never[]) => `traced ${String(run(...args))}`) as unknown as F;
    },
  };
}

it("traces plain tools and functions and leaves the caller's own objects alone", () => {
  const { seen, traceTool } = trace();
  const run = () => "ran";
  const tool = { type: "function", function: { function: run, description: "d", parameters: {} } };
  const params = { model: "m", tools: [tool], functions: [{ name: "old", function: run }] };
  const [traced, options] = runTools([params, { signal: 1 }], traceTool);
  expect(seen.map(({ name, description }) => [name, description])).toEqual([
    ["run", "d"],
    ["old", undefined],
  ]);
  expect(traced.tools?.[0]?.function?.function?.()).toBe("traced ran");
  expect(traced.functions?.[0]?.function?.()).toBe("traced ran");
  expect(tool.function.function).toBe(run);
  expect(options).toEqual({ signal: 1 });
});

it("keeps the hidden members of tools made from a schema", () => {
  const { traceTool } = trace();
  const tool = Object.defineProperties(
    { type: "function", function: { name: "f" } },
    {
      $callback: { value: () => "ran", enumerable: false },
      $parseRaw: { value: () => 1, enumerable: false },
    },
  );
  const [traced] = runTools([{ tools: [tool] }], traceTool);
  const copy = traced.tools?.[0];
  expect(copy?.$callback?.()).toBe("traced ran");
  expect(Object.keys(copy ?? {})).toEqual(["type", "function"]);
  expect((copy as unknown as { $parseRaw(): number }).$parseRaw()).toBe(1);
});

it("finds the model's call among parallel ones by its arguments", () => {
  const { seen, traceTool } = trace();
  runTools([{ tools: [{ type: "function", function: { name: "f", function: () => 1 } }] }], traceTool);
  const call = (id: string, args: string) => ({ id, function: { name: "f", arguments: args } });
  const runner = {
    messages: [{ role: "assistant", tool_calls: [call("a", '{"x": 1}'), call("b", '{"x": 2}')] }],
  };
  expect(seen[0]?.callId?.(['{"x": 2}', runner])).toBe("b");
  expect(seen[0]?.callId?.([{ x: 1 }, runner])).toBe("a");
  expect(seen[0]?.callId?.([{ x: 3 }, runner])).toBeUndefined();
  expect(seen[0]?.callId?.([])).toBeUndefined();
});

it("passes over tools that have no function of the application", () => {
  const { seen, traceTool } = trace();
  const tools = [{ type: "web_search" }, { type: "function", function: { name: "f" } }];
  expect(runTools([{ tools }], traceTool)[0].tools).toEqual(tools);
  expect(seen).toEqual([]);
});

it("leaves a call alone that was not prepared, which the runner refuses", () => {
  const { seen, traceTool } = trace();
  const args = [{ call_id: "a", name: "f", arguments: "{}" }, new Map(), undefined] as const;
  expect(runCall([...args], traceTool)).toEqual(args);
  expect(seen).toEqual([]);
});
