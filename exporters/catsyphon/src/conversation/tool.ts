import { ATTR } from "@kit/genai/core";
import { readError } from "../genai-attributes.js";
import { parse, toText } from "../message/content.js";
import type { Settings } from "../options.js";
import { type ReadableSpan, toMicros } from "../readable-span.js";
import type { Session } from "../session/session.js";
import type { SpanNode, TraceRecord } from "../trace/trace.js";
import { addToolCall, addToolResult } from "./events.js";

/** Adds the events of one execution of a tool: the call, unless the model's reply had it, and the result. */
export function translateTool(
  session: Session,
  trace: TraceRecord,
  node: SpanNode,
  span: ReadableSpan,
  settings: Settings,
): void {
  const name = node.toolName ?? (span.name.replace(/^execute_tool\s*/, "") || "tool");
  const args = span.attributes[ATTR.toolCallArguments];
  const origin = { traceId: trace.traceId, spanId: node.spanId };
  const call = session.tools.executed(node.toolCallId, name, parse(args), node.spanId);
  if (!call.emitted) {
    call.emitted = true;
    const added = { useId: call.useId, name, parameters: args };
    addToolCall(session, origin, session.startOf(span), settings, added);
  }
  if (call.resolved) return;
  call.resolved = true;
  const error = readError(span);
  const result = settings.includeContent ? toText(parseText(span.attributes[ATTR.toolCallResult])) : "";
  const micros = Math.max(toMicros(span.endTime), (call.emittedMicros ?? 0) + 1);
  addToolResult(session, origin, micros, {
    useId: call.useId,
    success: !error,
    result,
    error: error && ((settings.includeContent && error.message) || error.type),
  });
}

/** The same execution seen by two layers, as by a framework and the MCP client it uses. */
export function isNestedTwin(trace: TraceRecord, node: SpanNode): boolean {
  for (const outer of trace.ancestors(node)) {
    if (outer.kind !== "tool") continue;
    if (node.toolCallId !== undefined) return outer.toolCallId === node.toolCallId;
    return outer.toolName !== undefined && outer.toolName === node.toolName;
  }
  return false;
}

/** Some instrumentations write a text result as a JSON string, others as it is. Objects stay JSON. */
function parseText(value: unknown): unknown {
  const parsed = parse(value);
  return typeof parsed === "string" ? parsed : value;
}
