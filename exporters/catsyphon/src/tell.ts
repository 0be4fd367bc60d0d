import { cutTexts, toParameters } from "./content.js";
import type { Conversation, Origin } from "./conversation.js";
import type { Settings } from "./options.js";

/** Tells that a tool was called. */
export function tellCall(
  conversation: Conversation,
  origin: Origin,
  micros: number,
  settings: Settings,
  call: { useId: string; name: string; parameters: unknown; extra?: Record<string, unknown> | undefined },
): boolean {
  const parameters = settings.includeContent ? toParameters(call.parameters) : {};
  return conversation.tell(["tc", conversation.sessionId, call.useId], "tool_call", micros, origin, {
    author_role: "assistant",
    message_type: "tool_call",
    tool_name: call.name,
    tool_use_id: call.useId,
    parameters: cutTexts(parameters, settings.maxContentChars),
    ...call.extra,
  });
}

/** Tells what came of a call. */
export function tellResult(
  conversation: Conversation,
  origin: Origin,
  micros: number,
  settings: Settings,
  result: { useId: string; success: boolean; result: string; error?: string | undefined },
): boolean {
  const data = {
    author_role: "tool",
    message_type: "tool_result",
    tool_use_id: result.useId,
    success: result.success,
    result: result.result,
    error_message: result.error,
  };
  const cut = cutTexts(data, settings.maxContentChars);
  return conversation.tell(["tr", conversation.sessionId, result.useId], "tool_result", micros, origin, cut);
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
  const data = {
    author_role: "system",
    message_type: "error",
    error_type: error.type,
    // What went wrong is often told with the words that were sent.
    message: settings.includeContent ? error.message : "",
    details: error.details,
  };
  return conversation.tell(key, "error", micros, origin, cutTexts(data, settings.maxContentChars));
}
