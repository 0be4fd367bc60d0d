import type { AttributeValue, HrTime } from "@opentelemetry/api";
import { SpanStatusCode } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { inOneLine } from "./paint.js";

/** What the tree shows of one span. */
export interface Facts {
  readonly name: string;
  readonly inputTokens?: number;
  readonly cachedTokens?: number;
  readonly outputTokens?: number;
  readonly costUsd?: number;
  readonly firstChunkMs?: number;
  readonly durationMs: number;
  readonly failure?: string;
  /** How a call ended if it neither completed nor failed, such as `cancelled`. */
  readonly outcome?: string;
}

/** Reads the GenAI attributes of a span; other spans have only a name, a time and a status. */
export function readFacts(span: ReadableSpan): Facts {
  const { attributes } = span;
  const outcome = text(attributes["kit.outcome"]);
  return {
    name: nameOf(span),
    inputTokens: number(attributes["gen_ai.usage.input_tokens"] ?? attributes["kit.usage.input_tokens"]),
    cachedTokens: number(
      attributes["gen_ai.usage.cache_read.input_tokens"] ?? attributes["kit.usage.cache_read.input_tokens"],
    ),
    outputTokens: number(attributes["gen_ai.usage.output_tokens"] ?? attributes["kit.usage.output_tokens"]),
    costUsd: number(attributes["kit.cost.usd"]),
    firstChunkMs: inMs(number(attributes["gen_ai.response.time_to_first_chunk"])),
    durationMs: toMs(span.duration),
    failure: failureOf(span),
    outcome: outcome === "completed" || outcome === "error" ? undefined : outcome,
  };
}

export function toMs([seconds, nanoseconds]: HrTime): number {
  return seconds * 1e3 + nanoseconds / 1e6;
}

/** The name should include the model, which other instrumentations often leave out. */
function nameOf({ name, attributes }: ReadableSpan): string {
  const model = text(attributes["gen_ai.request.model"]) ?? text(attributes["gen_ai.response.model"]);
  return inOneLine(model == null || name.includes(model) ? name : `${name} ${model}`);
}

function failureOf({ status, attributes }: ReadableSpan): string | undefined {
  const type = text(attributes["error.type"]);
  if (type == null && status.code !== SpanStatusCode.ERROR) return undefined;
  const message = inOneLine(status.message ?? "");
  // Messages of provider errors often begin with the status, which is also their type.
  if (type == null || message.startsWith(type)) return message || "error";
  return inOneLine(`${type} ${message}`);
}

function text(value: AttributeValue | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function number(value: AttributeValue | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function inMs(seconds: number | undefined): number | undefined {
  return seconds == null ? undefined : seconds * 1e3;
}
