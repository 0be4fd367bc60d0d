import type { Attributes } from "@opentelemetry/api";
import { ATTR } from "./attributes.js";

/** A number the provider may or may not have sent. */
type Count = number | null | undefined;

/**
 * Token usage in one meaning for all providers: `input` counts all input (cached included), `output` all
 * output (reasoning included); every other member is a part of one of the two, never to be added.
 */
export interface Usage {
  input?: Count;
  output?: Count;
  cacheRead?: Count;
  cacheWrite?: Count;
  /** Part of `cacheWrite` that is kept for an hour, which costs more. */
  cacheWrite1h?: Count;
  reasoning?: Count;
  textInput?: Count;
  textOutput?: Count;
  textCacheRead?: Count;
  imageInput?: Count;
  imageOutput?: Count;
  imageCacheRead?: Count;
  audioInput?: Count;
  audioOutput?: Count;
  audioCacheRead?: Count;
  /** What the provider itself charged, in US dollars; wins over any price table. */
  costUsd?: Count;
}

/** The totals, recorded also when zero. */
const TOTALS = [
  ["input", ATTR.usageInputTokens],
  ["output", ATTR.usageOutputTokens],
] as const;

/** The parts, recorded when above zero. */
const PARTS = [
  ["cacheRead", ATTR.usageCacheReadInputTokens],
  ["cacheWrite", ATTR.usageCacheWriteInputTokens],
  ["reasoning", ATTR.usageReasoningOutputTokens],
  ["textInput", ATTR.usageTextInputTokens],
  ["textOutput", ATTR.usageTextOutputTokens],
  ["textCacheRead", ATTR.usageTextCacheReadInputTokens],
  ["imageInput", ATTR.usageImageInputTokens],
  ["imageOutput", ATTR.usageImageOutputTokens],
  ["imageCacheRead", ATTR.usageImageCacheReadInputTokens],
  ["audioInput", ATTR.usageAudioInputTokens],
  ["audioOutput", ATTR.usageAudioOutputTokens],
  ["audioCacheRead", ATTR.usageAudioCacheReadInputTokens],
] as const;

/** Whether a provider's number can be a token count: providers have sent strings, fractions and negatives. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Whether a number can be an amount of money or time. */
export function isAmount(value: unknown): value is number {
  return Number.isFinite(value) && (value as number) >= 0;
}

/** Whether the provider reported any token count. */
export function hasUsage(usage: Usage | undefined): boolean {
  return usage != null && (isCount(usage.input) || isCount(usage.output));
}

/** Adds the usage attributes of a span to `attributes`. */
export function setUsage(attributes: Attributes, usage: Usage): void {
  for (const [key, name] of TOTALS) {
    const value = usage[key];
    if (isCount(value)) attributes[name] = value;
  }
  for (const [key, name] of PARTS) {
    const value = usage[key];
    if (isCount(value) && value > 0) attributes[name] = value;
  }
}
