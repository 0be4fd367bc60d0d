import { copyWith } from "../adapter/copy-with.js";
import type { ToolFacts, TraceTool } from "../adapter/operation.js";
import { isTraced } from "./tool.js";

type Run = (...args: never[]) => unknown;

/**
 * Makes the tool that a library gets instead of the application's own: its function `key` reports each run. The original
 * object is not changed and still does the work. A tool without that function, or whose function already reports, is
 * returned unchanged.
 */
export function traceMember<Tool extends object>(
  tool: Tool,
  key: keyof Tool & string,
  facts: ToolFacts,
  traceTool: TraceTool,
): Tool {
  const run: unknown = tool[key];
  if (typeof run !== "function" || isTraced(run)) return tool;
  const onTool: Run = (...args) => Reflect.apply(run, tool, args) as unknown;
  Object.defineProperty(onTool, "name", { value: run.name, configurable: true });
  Object.defineProperty(onTool, "length", { value: run.length, configurable: true });
  const traced = traceTool(facts, onTool);
  const prototype: unknown = Object.getPrototypeOf(tool);
  const plain = prototype === Object.prototype || prototype === null;
  return plain ? copyWith(tool, key, traced) : standInFor(tool, key, traced);
}

/** An instance of an application's class may have private members, which only the original can access. */
function standInFor<Tool extends object>(tool: Tool, member: string, run: Run): Tool {
  return new Proxy(tool, {
    get(target, key) {
      if (key === member) return run;
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => Reflect.apply(value, target, args) as unknown;
    },
  });
}
