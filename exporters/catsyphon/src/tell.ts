import { toParameters } from "./content.js";
import type { Conversation, Origin } from "./conversation.js";
import type { Settings } from "./options.js";

/** What the first event of a reply carries. */
export interface Facts {
  readonly model: string | undefined;
  readonly tokenUsage: Record<string, number> | undefined;
  readonly stopReason: string | undefined;
}

/** A call as a model or its execution tells it. */
interface ToldCall {
  readonly useId: string;
  readonly name: string;
  readonly parameters: unknown;
  readonly facts?: Facts | undefined;
  readonly thinking?: string | undefined;
}

/** Tells that a tool was called. */
export function tellCall(
  conversation: Conversation,
  origin: Origin,
  micros: number,
  settings: Settings,
  { useId, name, parameters, facts, thinking }: ToldCall,
): boolean {
  return conversation.tell(["tc", conversation.sessionId, useId], "tool_call", micros, origin, {
    author_role: "assistant",
    message_type: "tool_call",
    tool_name: name,
    tool_use_id: useId,
    parameters: settings.includeContent ? toParameters(parameters) : {},
    model: facts?.model,
    token_usage: facts?.tokenUsage,
    stop_reason: facts?.stopReason,
    thinking_content: thinking,
  });
}

/** Tells what came of a call. */
export function tellResult(
  conversation: Conversation,
  origin: Origin,
  micros: number,
  result: { useId: string; success: boolean; result: string; error?: string | undefined },
): boolean {
  return conversation.tell(["tr", conversation.sessionId, result.useId], "tool_result", micros, origin, {
    author_role: "tool",
    message_type: "tool_result",
    tool_use_id: result.useId,
    success: result.success,
    result: result.result,
    error_message: result.error,
  });
}

/** Tells that a model call or an agent failed. */
export function tellError(
  conversation: Conversation,
  origin: Origin,
  micros: number,
  settings: Settings,
  error: { type: string; message: string; details: Record<string, unknown> },
): boolean {
  const key = ["e", conversation.sessionId, origin.traceId, origin.spanId, 0];
  return conversation.tell(key, "error", micros, origin, {
    author_role: "system",
    message_type: "error",
    error_type: error.type,
    // What went wrong is often told with the words that were sent.
    message: settings.includeContent ? error.message : "",
    details: error.details,
  });
}
