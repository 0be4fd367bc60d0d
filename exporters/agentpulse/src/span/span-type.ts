import { ATTR, KIT_ATTR } from "@kit/genai/core";
import type { Attributes } from "@opentelemetry/api";

/** Which event a span becomes when it ends. */
export interface SpanType {
  readonly event: "session" | "cron" | "custom_event" | "metric" | "alert" | "error" | "llm" | "span";
  /** `data.span_kind` of spans. */
  readonly spanKind: string;
}

const type = (event: SpanType["event"], spanKind: string = event): SpanType => ({ event, spanKind });

const MARKED: ReadonlyMap<unknown, SpanType> = new Map([
  ["session", type("session")],
  ["cron", type("cron")],
  ["event", type("custom_event")],
  ["metric", type("metric")],
  ["alert", type("alert")],
  ["error", type("error")],
  ["agent", type("span", "agent")],
  ["task", type("span", "task")],
  ["tool", type("span", "tool")],
  ["trace", type("span", "trace")],
]);

const LLM = type("llm");
const TRACE = type("span", "trace");
const PLAIN = type("span", "span");

const OPERATIONS: ReadonlyMap<unknown, SpanType> = new Map([
  ["chat", LLM],
  ["text_completion", LLM],
  ["generate_content", LLM],
  ["embeddings", LLM],
  ["execute_tool", type("span", "tool")],
  ["invoke_agent", type("span", "agent")],
  ["create_agent", type("span", "agent")],
  ["invoke_workflow", type("span", "workflow")],
]);

/**
 * Calls that the conventions do not count as inference. If one has a price, it is spend like any other: a fetched answer has
 * one if it was generated in the background.
 */
const BILLED: ReadonlySet<string> = new Set([
  "image_generation",
  "image_edit",
  "image_variation",
  "speech",
  "transcription",
  "translation",
  "fetch_response",
]);

const USAGE = [
  ATTR.usageInputTokens,
  ATTR.usageOutputTokens,
  "gen_ai.usage.prompt_tokens",
  "gen_ai.usage.completion_tokens",
];

/** Reads a span's type from its attributes; `undefined` if it is not about AI and only AI spans are wanted. */
export function readSpanType(attributes: Attributes, wanted: "genai" | "all"): SpanType | undefined {
  const marked = MARKED.get(attributes[KIT_ATTR.kind]);
  if (marked !== undefined) return marked;
  const operation = attributes[ATTR.operationName];
  if (typeof operation === "string" && operation !== "") {
    if (BILLED.has(operation) && attributes[KIT_ATTR.costUsd] !== undefined) return LLM;
    return OPERATIONS.get(operation) ?? type("span", operation);
  }
  if (isGenAI(attributes)) return isModelCall(attributes) ? LLM : TRACE;
  return wanted === "all" ? PLAIN : undefined;
}

/** Whether the span is about generative AI, or made by the kit. */
export function isGenAI(attributes: Attributes): boolean {
  for (const name in attributes) if (name.startsWith("gen_ai.") || name.startsWith("kit.")) return true;
  return false;
}

/** Older instrumentations name no operation. */
function isModelCall(attributes: Attributes): boolean {
  const hasModel =
    attributes[ATTR.requestModel] !== undefined || attributes[ATTR.responseModel] !== undefined;
  return hasModel && USAGE.some((name) => attributes[name] !== undefined);
}
