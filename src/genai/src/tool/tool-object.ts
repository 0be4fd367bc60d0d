import { copyWith } from "../adapter/copy-with.js";
import type { ToolFacts, TraceTool } from "../adapter/operation.js";
import { guard } from "../record/guard.js";
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

/**
 * Makes what a library gets instead of an application's object, for one that the library works on: everything it reads and
 * writes is the original's, but the members in `shown` look as these functions make them. Those it calls must be among
 * them: any other function is the original's own, which cannot reach private members from here.
 */
export function showAs<T extends object>(
  original: T,
  shown: Readonly<Record<PropertyKey, (value: unknown) => unknown>>,
): T {
  return new Proxy(looseCopy(original), {
    get(_, key) {
      const value: unknown = Reflect.get(original, key);
      if (Object.hasOwn(shown, key)) return guard("a stand-in", () => shown[key]?.(value)) ?? value;
      return value;
    },
    set(copy, key, value) {
      // An assignment, so that a frozen original throws its own error.
      (original as Record<PropertyKey, unknown>)[key] = value;
      return Reflect.set(copy, key, value);
    },
    deleteProperty(copy, key) {
      delete (original as Record<PropertyKey, unknown>)[key];
      return Reflect.deleteProperty(copy, key);
    },
  });
}

/** What a stand-in's target may be: a frozen one would have to show what it has. */
function looseCopy<T extends object>(original: T): T {
  const members: PropertyDescriptorMap = Object.getOwnPropertyDescriptors(original);
  for (const member of Object.values(members)) {
    member.configurable = true;
    if ("value" in member) member.writable = true;
  }
  return Object.create(Object.getPrototypeOf(original), members) as T;
}
