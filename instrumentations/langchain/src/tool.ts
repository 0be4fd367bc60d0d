import { parseJson, type ResponseFacts } from "@kit/genai";
import { startTool, type Telemetry } from "@kit/genai/framework";
import type { Call } from "./run.js";
import type { Translation } from "./translation.js";

/** What callbacks tell of a tool that starts. */
export interface StartedTool {
  readonly serialized: { readonly id?: readonly string[]; readonly name?: string };
  readonly input: unknown;
  readonly name: string | undefined;
  readonly callId: string | undefined;
}

/** One run of a tool; the tool itself knows more than its callback tells. */
export function translateTool(telemetry: Telemetry, call: Call | undefined, told: StartedTool): Translation {
  const { serialized, input } = told;
  const { name, description } = (call?.receiver ?? {}) as { name?: string; description?: string };
  const tool = {
    name: name ?? told.name ?? serialized.name ?? serialized.id?.at(-1) ?? "tool",
    description,
    callId: told.callId ?? callIdIn(call?.args ?? []),
  };
  const content = () => ({ toolArguments: parseJson(input) });
  return { when: "at once", record: ({ parent }) => startTool(telemetry, tool, parent, content) };
}

/** Before 1.0 callbacks are not told the id; it comes with the call itself or beside it, before 0.3 in the settings. */
function callIdIn([input, config]: readonly unknown[]): string | undefined {
  const call = input as { type?: string; id?: string } | null | undefined;
  if (call?.type === "tool_call") return call.id;
  const { toolCall, configurable } = (config ?? {}) as ToolConfig;
  return toolCall?.id ?? configurable?.tool_call_id;
}

interface ToolConfig {
  toolCall?: { id?: string };
  configurable?: { tool_call_id?: string };
}

interface ToolMessageLike {
  content?: unknown;
  tool_call_id?: unknown;
  status?: unknown;
}

/** What a tool tells the graph to do; the model hears the message in it. */
interface CommandLike {
  update?: { messages?: unknown };
}

/** Reads what a tool gave back: a value, a message for the model, or a command to the graph. */
export function readToolResult(output: unknown): ResponseFacts {
  const message = messageIn(output);
  if (message === undefined) return { content: () => ({ toolResult: parseJson(output) }) };
  return {
    ...(message.status === "error" && { error: { type: "tool_error" } }),
    content: () => ({ toolResult: parseJson(message.content) }),
  };
}

function messageIn(output: unknown): ToolMessageLike | undefined {
  if (typeof output !== "object" || output === null) return undefined;
  const messages = (output as CommandLike).update?.messages;
  const candidates = (Array.isArray(messages) ? messages : [output]) as (ToolMessageLike | null)[];
  return candidates.find((each) => each?.tool_call_id !== undefined) ?? undefined;
}
