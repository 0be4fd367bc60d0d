import { copyWith, type ToolFacts, type ToolLoop, type TraceTool } from "@kit/genai";

type Run = (...args: never[]) => unknown;

/** A tool as tool runners take it; a toolset runs several tools that share one entry, and has no name of its own. */
interface RunnableTool {
  name?: string;
  description?: string;
  run?: Run;
}

interface ToolUse {
  id?: string;
  name?: string;
  input?: unknown;
}

interface RunnerParams {
  tools?: readonly RunnableTool[];
}

/** `toolRunner()` and `thread()`: every tool that the helper runs is traced. */
export const runTools: ToolLoop<[RunnerParams?, ...unknown[]]> = ([params, ...rest], traceTool) => [
  params && traceParams(params, traceTool),
  ...rest,
];

/** `addTools()` of a runner. */
export const addTools: ToolLoop<RunnableTool[]> = (tools, traceTool) =>
  tools.map((tool) => traceRunnable(tool, traceTool));

type Change = RunnerParams | ((before: RunnerParams) => RunnerParams);

/** `setMessagesParams()` of a runner, which takes new parameters or what makes them of the ones before. */
export const changeParams: ToolLoop<[Change]> = ([change], traceTool) => [
  typeof change === "function"
    ? (before) => traceParams(change(before), traceTool)
    : traceParams(change, traceTool),
];

function traceParams(params: RunnerParams, traceTool: TraceTool): RunnerParams {
  if (!Array.isArray(params?.tools)) return params;
  return { ...params, tools: params.tools.map((tool) => traceRunnable(tool, traceTool)) };
}

/** The caller's own object must not change, so the helper gets another that runs the original. */
function traceRunnable(tool: RunnableTool, traceTool: TraceTool): RunnableTool {
  const run = tool?.run;
  if (typeof run !== "function") return tool;
  const onTool: Run = (...args) => Reflect.apply(run, tool, args);
  Object.defineProperty(onTool, "name", { value: run.name, configurable: true });
  Object.defineProperty(onTool, "length", { value: run.length, configurable: true });
  const traced = traceTool(readFacts(tool), onTool);
  const prototype: unknown = Object.getPrototypeOf(tool);
  if (prototype !== Object.prototype && prototype !== null) return standInFor(tool, traced);
  return copyWith(tool, "run", traced);
}

/** A toolset is told the call itself; a tool its input and, by later versions, the call beside it. */
function readFacts({ name, description }: RunnableTool): ToolFacts {
  if (name === undefined) {
    return {
      name: ([, use]) => String((use as ToolUse).name),
      input: ([, use]) => (use as ToolUse).input,
      callId: ([, use]) => (use as ToolUse).id,
    };
  }
  const callOf = (context: unknown) => (context ?? {}) as { toolUse?: ToolUse; toolUseBlock?: ToolUse };
  return {
    name,
    description,
    callId: ([, context]) => (callOf(context).toolUse ?? callOf(context).toolUseBlock)?.id,
  };
}

/** An instance of the application's class may have private members, which only the original can reach. */
function standInFor(tool: RunnableTool, run: Run): RunnableTool {
  return new Proxy(tool, {
    get(target, key) {
      if (key === "run") return run;
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => Reflect.apply(value, target, args) as unknown;
    },
  });
}
