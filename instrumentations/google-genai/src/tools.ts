import {
  objectsOf,
  showAs,
  type ToolFacts,
  type ToolLoop,
  type ToolOutput,
  type TraceTool,
  textOf,
} from "@kit/genai";
import type { FunctionCall, Part, Tool } from "./content.js";

/** A tool that the SDK runs: it gets all functions that the model calls at once, also those that are not its own. */
interface CallableTool {
  tool: (...args: unknown[]) => unknown;
  callTool: (...args: unknown[]) => unknown;
}

interface Params {
  config?: { tools?: readonly (Tool | CallableTool)[] | null } | null;
}

/**
 * `models.generateContent()` and its streamed form, with which chats ask too: traces every function that the SDK calls. It
 * works on the application's own parameters and changes some, so it gets them with other tools rather than a copy.
 */
export const runTools: ToolLoop<[Params, ...unknown[]]> = ([params, ...rest], traceTool) => {
  if (params?.config?.tools?.some(isCallable) !== true) return [params, ...rest];
  const traced = new WeakMap<CallableTool, CallableTool>();
  const trace = (tool: Tool | CallableTool) => {
    if (!isCallable(tool)) return tool;
    const known = traced.get(tool) ?? traceCallable(tool, traceTool);
    traced.set(tool, known);
    return known;
  };
  const withTools = (tools: unknown) => (Array.isArray(tools) ? tools.map(trace) : tools);
  const withConfig = (config: unknown) => showAs(config as object, { tools: withTools });
  return [showAs(params, { config: withConfig }), ...rest];
};

function isCallable(tool: Tool | CallableTool): tool is CallableTool {
  return typeof (tool as Partial<CallableTool> | null)?.callTool === "function";
}

/** The SDK asks a tool what it declares before it calls one of its functions. */
function traceCallable(tool: CallableTool, traceTool: TraceTool): CallableTool {
  const own = new Map<unknown, string | undefined>();
  const note = (declared: unknown) => {
    for (const { name, description } of objectsOf((declared as Tool | null)?.functionDeclarations))
      own.set(name, textOf(description));
  };
  const declare: CallableTool["tool"] = (...args) => {
    const declared = tool.tool(...args);
    if (declared instanceof Promise) declared.then(note).catch(() => {});
    else note(declared);
    return declared;
  };
  const run: CallableTool["callTool"] = (...args) => tool.callTool(...args);
  const readTools = ([calls]: readonly unknown[]) =>
    objectsOf(calls as FunctionCall[])
      .filter(({ name }) => own.has(name))
      .map((call, _, all) =>
        readFacts(
          call,
          own.get(call.name),
          all.filter(({ name }) => name === call.name),
        ),
      );
  const traced = traceTool(readTools, run);
  return showAs(tool, { tool: () => declare, callTool: () => traced });
}

/** @param alike the calls of the same function, whose results come in their order if they have no ids */
function readFacts(
  call: FunctionCall,
  description: string | undefined,
  alike: readonly FunctionCall[],
): ToolFacts {
  return {
    name: call.name ?? "",
    description,
    callId: () => textOf(call.id),
    input: () => call.args,
    output: (parts) => readOutput(objectsOf(parts as Part[]), call, alike.indexOf(call)),
  };
}

function readOutput(parts: readonly Part[], { id, name }: FunctionCall, position: number): ToolOutput {
  const results = parts.flatMap(({ functionResponse }) => functionResponse ?? []);
  const named = results.filter((result) => result.name === name);
  const result = (id && results.find((each) => each.id === id)) || named[position];
  const response = result?.response;
  const { error } = Object(response) as { error?: unknown };
  return error == null ? { result: response } : { error: { type: "tool_error", message: textOf(error) } };
}
