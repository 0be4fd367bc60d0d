import { parseJson, type ResponseFacts, type ToolRun } from "@kit/genai";
import type { Entry } from "./entry.js";

/** What the library says of a tool when it starts. */
export interface SerializedTool {
  id?: readonly string[];
  name?: string;
}

/** Reads what runs; the tool itself knows more than its callback tells. */
export function readToolRun(
  serialized: SerializedTool | undefined,
  entry: Entry | undefined,
  runName: string | undefined,
  callId: string | undefined,
): ToolRun {
  const { name, description } = (entry?.receiver ?? {}) as { name?: string; description?: string };
  return {
    name: name ?? runName ?? serialized?.name ?? serialized?.id?.at(-1) ?? "tool",
    description,
    callId: callId ?? callIdIn(entry?.args ?? []),
  };
}

interface CallLike {
  type?: string;
  id?: string;
}

/** Before 1.0 callbacks are not told the id; it comes with the call itself or beside it. */
function callIdIn([input, config]: readonly unknown[]): string | undefined {
  const call = input as CallLike | null | undefined;
  if (call?.type === "tool_call") return call.id;
  return (config as { toolCall?: CallLike } | null | undefined)?.toolCall?.id;
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
