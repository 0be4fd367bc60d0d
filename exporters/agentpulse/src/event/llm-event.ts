import { ATTR, type CostCalculator, KIT_ATTR } from "@kit/genai/core";
import type { Attributes } from "@opentelemetry/api";
import { readFailure } from "../span/failure.js";
import { type ReadableSpan, readAmount, readDurationMs, readText, toSeconds } from "../span/readable-span.js";
import type { EventData } from "./event.js";

const INPUT = [
  ATTR.usageInputTokens,
  KIT_ATTR.fetchedInputTokens,
  "gen_ai.usage.prompt_tokens",
  "llm.usage.prompt_tokens",
] as const;
const OUTPUT = [
  ATTR.usageOutputTokens,
  KIT_ATTR.fetchedOutputTokens,
  "gen_ai.usage.completion_tokens",
  "llm.usage.completion_tokens",
] as const;
const TOTAL = ["gen_ai.usage.total_tokens", "llm.usage.total_tokens"] as const;
const CACHE_READ = [
  ATTR.usageCacheReadInputTokens,
  KIT_ATTR.fetchedCacheReadInputTokens,
  "gen_ai.usage.cache_read_input_tokens",
  "gen_ai.usage.input_tokens.cached",
] as const;
const CACHE_WRITE = [
  ATTR.usageCacheWriteInputTokens,
  KIT_ATTR.fetchedCacheWriteInputTokens,
  "gen_ai.usage.cache_creation.input_tokens",
  "gen_ai.usage.cache_creation_input_tokens",
] as const;
const REASONING = [
  ATTR.usageReasoningOutputTokens,
  KIT_ATTR.fetchedReasoningOutputTokens,
  "gen_ai.usage.reasoning_tokens",
] as const;

/** The attributes that a model call's own fields cover. */
export const COVERED_BY_LLM_EVENT: readonly string[] = [
  ATTR.operationName,
  ATTR.providerName,
  "gen_ai.system",
  ATTR.requestModel,
  ATTR.responseModel,
  ATTR.responseId,
  ATTR.responseFinishReasons,
  ATTR.responseTimeToFirstChunk,
  KIT_ATTR.costUsd,
  KIT_ATTR.usageMissing,
  ...INPUT,
  ...OUTPUT,
  ...TOTAL,
  ...CACHE_READ,
  ...CACHE_WRITE,
  ...REASONING,
  ATTR.requestStream,
  "llm.is_streaming",
];

/** Outcomes of calls that were left before their end. */
const PARTIAL: readonly unknown[] = ["cancelled", "aborted", "abandoned"];

/** The facts of a model call: those that count as spend, and everything else that was measured. */
export function readModelCall(span: ReadableSpan, costs: CostCalculator): EventData {
  const { attributes } = span;
  const provider = readText(attributes, ATTR.providerName) ?? readText(attributes, "gen_ai.system");
  const requestModel = readText(attributes, ATTR.requestModel);
  const responseModel = readText(attributes, ATTR.responseModel);
  const usage = readUsage(attributes);
  const failure = readFailure(span);
  const cost =
    readAmount(attributes, KIT_ATTR.costUsd) ??
    costs.cost(provider ?? "", [responseModel, requestModel], usage);
  const latency = readDurationMs(span);
  const { input, output } = usage;
  const missing = attributes[KIT_ATTR.usageMissing] === true;
  const unknown = input === undefined && output === undefined && usage.total === undefined;
  return {
    type: "llm_call",
    operation: readText(attributes, ATTR.operationName),
    provider,
    model: requestModel ?? responseModel,
    response_model: responseModel === (requestModel ?? responseModel) ? undefined : responseModel,
    input_tokens: input ?? 0,
    output_tokens: output ?? 0,
    // The server does not add them up itself.
    tokens: usage.total ?? (input ?? 0) + (output ?? 0),
    cost_usd: cost,
    cost,
    latency_ms: latency,
    duration: Math.round(latency),
    ttft_ms: toMs(readAmount(attributes, ATTR.responseTimeToFirstChunk)),
    status: failure ? "error" : "success",
    error: failure?.error,
    error_type: failure?.error_type,
    streaming: attributes[ATTR.requestStream] === true || attributes["llm.is_streaming"] === true,
    partial: PARTIAL.includes(attributes[KIT_ATTR.outcome]) || undefined,
    usage_missing: missing || (unknown && !failure) || undefined,
    cache_read_input_tokens: usage.cacheRead,
    cache_creation_input_tokens: usage.cacheWrite,
    reasoning_tokens: readFirst(attributes, REASONING),
    finish_reasons: readTexts(attributes[ATTR.responseFinishReasons]),
    response_id: readText(attributes, ATTR.responseId),
    start_time: toSeconds(span.startTime),
  };
}

function readFirst(attributes: Attributes, names: readonly string[]): number | undefined {
  for (const name of names) {
    const amount = readAmount(attributes, name);
    if (amount !== undefined) return amount;
  }
  return undefined;
}

function readUsage(attributes: Attributes) {
  const input = readFirst(attributes, INPUT);
  const output = readFirst(attributes, OUTPUT);
  return {
    input,
    output,
    total: input === undefined && output === undefined ? readFirst(attributes, TOTAL) : undefined,
    cacheRead: readFirst(attributes, CACHE_READ),
    cacheWrite: readFirst(attributes, CACHE_WRITE),
    terms: readTexts(attributes[KIT_ATTR.priceTerms]) ?? [
      readText(attributes, ATTR.openaiResponseServiceTier),
    ],
  };
}

function readTexts(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return typeof value === "string" ? [value] : undefined;
  return value.slice(0, 100).map(String);
}

function toMs(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.round(seconds * 1e6) / 1000;
}
