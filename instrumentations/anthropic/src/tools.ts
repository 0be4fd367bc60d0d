import type { BetaToolUseBlock } from "@anthropic-ai/sdk/resources/beta/messages/messages";
import { type Foreign, type ToolFacts, type ToolLoop, type TraceTool, traceMember } from "@kit/genai";

/** A tool of a tool runner. A toolset is one entry without a name that runs several tools. */
interface RunnableTool {
  name?: string;
  description?: string;
  run?: (...args: never[]) => unknown;
}

type RunnerParams = { tools?: readonly RunnableTool[] };
type Change = RunnerParams | ((before: RunnerParams) => RunnerParams);

/**
 * `toolRunner()`, `thread()` and a runner's `setMessagesParams()`, which also takes a function of the current
 * parameters: traces every tool that the runner calls.
 */
export const runTools: ToolLoop<[Change?, ...unknown[]]> = ([params, ...rest], traceTool) => [
  typeof params === "function"
    ? (before) => traceParams(params(before), traceTool)
    : params && traceParams(params, traceTool),
  ...rest,
];

/** `addTools()` of a runner. */
export const addTools: ToolLoop<RunnableTool[]> = (tools, traceTool) =>
  tools.map((tool) => traceRunnable(tool, traceTool));

function traceParams(params: RunnerParams, traceTool: TraceTool): RunnerParams {
  if (!Array.isArray(params?.tools)) return params;
  return { ...params, tools: params.tools.map((tool) => traceRunnable(tool, traceTool)) };
}

function traceRunnable(tool: RunnableTool, traceTool: TraceTool): RunnableTool {
  return tool == null ? tool : traceMember(tool, "run", readFacts(tool), traceTool);
}

function readFacts({ name, description }: RunnableTool): ToolFacts {
  const callId = (args: readonly unknown[]) => callOf(args).id ?? undefined;
  return name === undefined
    ? { name: (args) => callOf(args).name ?? "", input: (args) => callOf(args).input, callId }
    : { name, description, callId };
}

type ToolUse = Foreign<BetaToolUseBlock>;

/** The model's call. A toolset gets the call itself; later versions give a tool a context that holds it. */
function callOf([, given]: readonly unknown[]): ToolUse {
  const context = (given ?? {}) as ToolUse & { toolUse?: ToolUse; toolUseBlock?: ToolUse };
  return context.toolUse ?? context.toolUseBlock ?? context;
}
