import { toParameters } from "../message/content.js";
import type { Settings } from "../options.js";
import type { Origin, Session } from "../session/session.js";

/** Model, tokens and stop reason, which only the first event of a reply carries: the server sums them up. */
export interface ReplyFacts {
  readonly model: string | undefined;
  readonly tokenUsage: Record<string, number> | undefined;
  readonly stopReason: string | undefined;
}

/** A tool call, as found in a reply or in the span of its execution. */
interface ToolCallEvent {
  readonly useId: string;
  readonly name: string;
  readonly parameters: unknown;
  readonly facts?: ReplyFacts | undefined;
  readonly thinking?: string | undefined;
}

/** Returns whether the call is new to the session. */
export function addToolCall(
  session: Session,
  origin: Origin,
  micros: number,
  settings: Settings,
  { useId, name, parameters, facts, thinking }: ToolCallEvent,
): boolean {
  return session.add(["tc", session.sessionId, useId], "tool_call", micros, origin, {
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

/** Returns whether the result is new to the session. */
export function addToolResult(
  session: Session,
  origin: Origin,
  micros: number,
  result: { useId: string; success: boolean; result: string; error?: string | undefined },
): boolean {
  return session.add(["tr", session.sessionId, result.useId], "tool_result", micros, origin, {
    author_role: "tool",
    message_type: "tool_result",
    tool_use_id: result.useId,
    success: result.success,
    result: result.result,
    error_message: result.error,
  });
}

/** Adds the error of a model call or an agent. Returns whether it is new to the session. */
export function addError(
  session: Session,
  origin: Origin,
  micros: number,
  settings: Settings,
  error: { type: string; message: string; details: Record<string, unknown> },
): boolean {
  const key = ["e", session.sessionId, origin.traceId, origin.spanId, 0];
  return session.add(key, "error", micros, origin, {
    author_role: "system",
    message_type: "error",
    error_type: error.type,
    // Error messages often quote what was sent.
    message: settings.includeContent ? error.message : "",
    details: error.details,
  });
}
