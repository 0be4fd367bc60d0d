import { type ToolFacts, type ToolLoop, type TraceTool, traceMember } from "@kit/genai";

/** A tool as tool runners take it; a toolset runs several tools that share one entry, and has no name of its own. */
interface RunnableTool {
  name?: string;
  description?: string;
  run?: (...args: never[]) => unknown;
}

interface ToolUse {
  id?: string;
  name?: string;
  input?: unknown;
}

interface RunnerParams {
  tools?: readonly RunnableTool[];
}

type Change = RunnerParams | ((before: RunnerParams) => RunnerParams);

/** `toolRunner()` and `thread()`: every tool that the helper runs is traced. */
export const runTools: ToolLoop<[RunnerParams?, ...unknown[]]> = ([params, ...rest], traceTool) => [
  params && traceParams(params, traceTool),
  ...rest,
];

/** `addTools()` of a runner. */
export const addTools: ToolLoop<RunnableTool[]> = (tools, traceTool) =>
  tools.map((tool) => traceRunnable(tool, traceTool));

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

function traceRunnable(tool: RunnableTool, traceTool: TraceTool): RunnableTool {
  return tool == null ? tool : traceMember(tool, "run", readFacts(tool), traceTool);
}

/** A toolset is told the call itself; a tool its input and, by later versions, the call beside it. */
function readFacts({ name, description }: RunnableTool): ToolFacts {
  const toolUse = (value: unknown) =>
    (value ?? {}) as ToolUse & { toolUse?: ToolUse; toolUseBlock?: ToolUse };
  if (name === undefined) {
    return {
      name: ([, use]) => String(toolUse(use).name),
      input: ([, use]) => toolUse(use).input,
      callId: ([, use]) => toolUse(use).id,
    };
  }
  return {
    name,
    description,
    callId: ([, context]) => (toolUse(context).toolUse ?? toolUse(context).toolUseBlock)?.id,
  };
}
