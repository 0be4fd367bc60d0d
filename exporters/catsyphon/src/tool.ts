import { ATTR } from "@kit/genai/core";
import { parse, toText } from "./content.js";
import type { Conversation } from "./conversation.js";
import type { Settings } from "./options.js";
import { type ReadableSpan, toMicros } from "./readable-span.js";
import { readError } from "./span-kind.js";
import { tellCall, tellResult } from "./tell.js";
import type { SpanNode, TraceRecord } from "./trace.js";

/** Tells one execution of a tool: the call, unless the model's answer told it, and the result. */
export function tellTool(
  conversation: Conversation,
  trace: TraceRecord,
  node: SpanNode,
  span: ReadableSpan,
  settings: Settings,
): void {
  const name = node.toolName ?? (span.name.replace(/^execute_tool\s*/, "") || "tool");
  const args = span.attributes[ATTR.toolCallArguments];
  const origin = { traceId: trace.traceId, spanId: node.spanId };
  const call = conversation.tools.executed(node.toolCallId, name, parse(args), node.spanId);
  if (!call.told) {
    call.told = true;
    const fresh = { useId: call.useId, name, parameters: args };
    tellCall(conversation, origin, conversation.startOf(span), settings, fresh);
  }
  if (call.resolved) return;
  call.resolved = true;
  const error = readError(span);
  const result = settings.includeContent ? toText(parseText(span.attributes[ATTR.toolCallResult])) : "";
  const micros = Math.max(toMicros(span.endTime), (call.toldMicros ?? 0) + 1);
  tellResult(conversation, origin, micros, {
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

/** A text result was written as a JSON string by some, as it is by others; objects stay JSON. */
function parseText(value: unknown): unknown {
  const parsed = parse(value);
  return typeof parsed === "string" ? parsed : value;
}
