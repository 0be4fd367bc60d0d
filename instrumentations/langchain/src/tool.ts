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
  update?: unknown;
}

/** Reads what a tool gave back: a value, a message for the model, or a command to the graph. */
export function readToolResult(output: unknown): ResponseFacts {
  const message = (typeof output === "object" ? output : undefined) as ToolMessageLike | null | undefined;
  const isMessage = message?.tool_call_id !== undefined;
  return {
    ...(isMessage && message.status === "error" && { error: { type: "tool_error" } }),
    content: () => ({ toolResult: parseJson(isMessage ? message.content : (message?.update ?? output)) }),
  };
}
