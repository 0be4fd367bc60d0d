import type { ChatMessage } from "@kit/chat-completions";
import { copyWith, parseJson, type ToolFacts, type ToolLoop, type TraceTool, traceMember } from "@kit/genai";

/** `stream()` sends its request through `create()`. It is a target so that the helper that it returns is watched. */
export const stream: ToolLoop = (args) => args;

type Run = (...args: never[]) => unknown;

interface RunnableFunction {
  name?: string;
  description?: string;
  function?: Run;
}

/** A tool as `runTools` takes it; one made by `zodFunction` keeps its function under `$callback`. */
interface RunnableTool {
  type?: string;
  function?: RunnableFunction;
  $callback?: Run;
}

type RunToolsParams = { tools?: readonly RunnableTool[]; functions?: readonly RunnableFunction[] };

/** `runTools()`, and `runFunctions()` of version 4: traces every tool that the runner calls. */
export const runTools: ToolLoop<[RunToolsParams, ...unknown[]]> = ([params, ...rest], traceTool) => [
  {
    ...params,
    ...(params.tools && { tools: params.tools.map((tool) => traceRunnable(tool, traceTool)) }),
    ...(params.functions && { functions: params.functions.map((each) => traceFunction(each, traceTool)) }),
  },
  ...rest,
];

type FunctionCall = Readonly<Record<"call_id" | "name" | "arguments", string>>;
type Runs = ReadonlyMap<string, Run>;

/** How `ResponsesToolRunner` runs one of the model's calls: as a function that has its arguments already. */
export const runCall: ToolLoop<[FunctionCall, Runs, ...unknown[]]> = ([call, runs, ...rest], traceTool) => {
  const { call_id: id, name } = call;
  const run = runs.get(id);
  const facts: ToolFacts = { name, callId: () => id, input: () => parseJson(call.arguments) };
  return [call, run === undefined ? runs : new Map(runs).set(id, traceTool(facts, run)), ...rest];
};

function traceRunnable(tool: RunnableTool, traceTool: TraceTool): RunnableTool {
  const { function: called, $callback: callback } = tool;
  if (typeof callback === "function") {
    return traceMember(tool, "$callback", toFacts(called ?? {}, callback), traceTool);
  }
  return called === undefined ? tool : copyWith(tool, "function", traceFunction(called, traceTool));
}

function traceFunction(called: RunnableFunction, traceTool: TraceTool): RunnableFunction {
  return traceMember(called, "function", toFacts(called, called.function), traceTool);
}

function toFacts(called: RunnableFunction, run: Run | undefined): ToolFacts {
  const name = called.name || run?.name || "";
  const { description } = called;
  return { name, description, callId: (args) => findCallId(name, args) };
}

/** A tool is called with its arguments and the runner, whose last assistant message holds the model's call. */
function findCallId(name: string, [given, runner]: readonly unknown[]): string | undefined {
  const { messages } = (runner ?? {}) as { messages?: readonly ChatMessage[] };
  const calls = messages?.findLast((message) => message.role === "assistant")?.tool_calls ?? [];
  const named = calls.filter((call) => call.function?.name === name);
  const wanted = JSON.stringify(given);
  const found =
    named.length === 1 ? named[0] : named.find((call) => isSameJson(call.function?.arguments, given, wanted));
  return found?.id ?? undefined;
}

function isSameJson(text: string | null | undefined, given: unknown, wanted: string): boolean {
  return text != null && (text === given || JSON.stringify(parseJson(text)) === wanted);
}
