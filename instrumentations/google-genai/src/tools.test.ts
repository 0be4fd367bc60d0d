import type { ToolFacts } from "@kit/genai";
import { expect, it } from "vitest";
import { runTools } from "./tools.js";

type ReadTools = (args: readonly unknown[]) => readonly ToolFacts[];

/** What is traced, and the parameters that the SDK gets. */
function trace(params: object) {
  const seen: ReadTools[] = [];
  const [given] = runTools([params], (tool, run) => {
    seen.push(tool as ReadTools);
    return ((...args: never[]) => `traced ${String(run(...args))}`) as unknown as typeof run;
  });
  const [first] = (given.config?.tools ?? []) as unknown as (typeof tool)[];
  return { seen, given, declare: () => first?.tool() };
}

const tool = {
  tool: () => ({ functionDeclarations: [{ name: "look", description: "Looks." }, null] }),
  callTool: (calls: unknown) => `ran ${JSON.stringify(calls)}`,
};

it("shows the SDK tools that report, and leaves the application's own alone", () => {
  const [plain, before] = [{ googleSearch: {} }, { ...tool }];
  const params = { model: "m", config: { tools: [tool, plain], temperature: 0 } };
  const { given } = trace(params);
  const shown = given.config?.tools as unknown as [typeof tool, object];
  expect(shown[0].callTool([])).toBe("traced ran []");
  expect(shown[1]).toBe(plain);
  expect(given.config).toMatchObject({ temperature: 0 });
  expect([params.config.tools[0], tool]).toEqual([tool, before]);
});

it("follows tools that the application adds later, and traces each once", () => {
  const params = { config: { tools: [tool] as object[] } };
  const { given, seen } = trace(params);
  params.config.tools.push({ ...tool });
  expect(given.config?.tools).toHaveLength(2);
  expect(given.config?.tools?.[1]).toBe(given.config?.tools?.[1]);
  expect(seen).toHaveLength(2);
});

it.each([[undefined], [{}], [{ config: null }], [{ config: { tools: [{ googleSearch: {} }, null] } }]])(
  "leaves parameters as they are that have no tool to run: %j",
  (params) => {
    const seen: unknown[] = [];
    const [given] = runTools([params as never], (facts, run) => {
      seen.push(facts);
      return run;
    });
    expect(given).toBe(params);
    expect(seen).toEqual([]);
  },
);

it("knows by what a tool declares which of the calls are its own", () => {
  const { seen, declare } = trace({ config: { tools: [tool] } });
  declare();
  const calls = [{ id: "1", name: "look", args: { at: 1 } }, { name: "other" }, { name: "look" }, null];
  const read = seen[0]?.([calls]) ?? [];
  expect(read.map((facts) => [facts.name, facts.description, facts.callId?.([]), facts.input?.([])])).toEqual(
    [
      ["look", "Looks.", "1", { at: 1 }],
      ["look", "Looks.", undefined, undefined],
    ],
  );
});

it("finds the result of each call by its id, else by name and position", () => {
  const { seen, declare } = trace({ config: { tools: [tool] } });
  declare();
  const [first, second] = seen[0]?.([[{ id: "1", name: "look" }, { name: "look" }]]) ?? [];
  const part = (response: unknown, id?: string) => ({ functionResponse: { name: "look", id, response } });
  expect(first?.output?.([part("a"), part("b", "1")])).toEqual({ result: "b" });
  expect(second?.output?.([part("a"), null, part({ error: "no" })])).toEqual({
    error: { type: "tool_error", message: "no" },
  });
  expect(second?.output?.("nonsense")).toEqual({ result: undefined });
});
