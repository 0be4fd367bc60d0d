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
}

/** `toolRunner()` and `thread()`: every tool that the helper runs is traced. */
export const runTools: ToolLoop<[{ tools?: readonly RunnableTool[] }?, ...unknown[]]> = (
  [params, ...rest],
  traceTool,
) => {
  if (!Array.isArray(params?.tools)) return [params, ...rest];
  return [{ ...params, tools: params.tools.map((tool) => traceRunnable(tool, traceTool)) }, ...rest];
};

/** A copy that runs the original, for the caller's own object must not change and may have private members. */
function traceRunnable(tool: RunnableTool, traceTool: TraceTool): RunnableTool {
  const { name, run } = tool ?? {};
  if (typeof run !== "function" || name === undefined) return tool;
  const facts: ToolFacts = {
    name,
    description: tool.description,
    callId: ([, context]) => findCallId(context),
  };
  const value = traceTool(facts, (...args: never[]) => Reflect.apply(run, tool, args));
  return copyWith(tool, "run", value);
}

/** The runner tells the tool which call of the model it serves; its first versions did not. */
function findCallId(context: unknown): string | undefined {
  const { toolUse, toolUseBlock } = (context ?? {}) as { toolUse?: ToolUse; toolUseBlock?: ToolUse };
  return (toolUse ?? toolUseBlock)?.id;
}
