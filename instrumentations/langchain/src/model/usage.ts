import type { Usage } from "@kit/genai";
import { gather, TOKENS } from "../names.js";

interface UsageMetadata {
  input_tokens?: number;
  output_tokens?: number;
  total_tokens?: number;
  input_token_details?: { cache_read?: number; cache_creation?: number; audio?: number };
  output_token_details?: { reasoning?: number; audio?: number };
}

/**
 * Reads token usage and the terms of service. `usage` is the message's own; `told` and `tier` were found beside it, in the
 * provider's format; `cached` is the most that any piece of the message told.
 */
export function readUsage(
  usage: UsageMetadata | undefined,
  told: unknown,
  tier: unknown,
  cached: number | undefined,
): Usage | undefined {
  if (usage == null && told === undefined) return undefined;
  const { service_tier, speed, inference_geo } = (told ?? {}) as Readonly<Record<string, string>>;
  const tokens: Usage = usage == null ? (gather(TOKENS, told) as Usage) : readTokens(usage, cached);
  return { ...tokens, terms: [tier as string, service_tier, speed, inference_geo] };
}

/** The cached tokens that a piece of a streamed message tells. */
export function readCached(piece: unknown): number {
  const { usage_metadata: usage } = (piece ?? {}) as { usage_metadata?: UsageMetadata };
  return usage?.input_token_details?.cache_read ?? 0;
}

/** Reads the usage of a message, whose format all integrations share since 0.2. */
function readTokens(usage: UsageMetadata, mostCached: number | undefined): Usage {
  const { input_tokens: input, output_tokens: output, total_tokens: total = 0 } = usage;
  const { cache_read, cache_creation: cacheWrite, audio } = usage.input_token_details ?? {};
  const { reasoning, audio: audioOutput } = usage.output_token_details ?? {};
  // The library adds up the pieces of a stream, and google-genai repeats the cached tokens in each.
  const cacheRead = mostCached || cache_read;
  const parts = { cacheRead, cacheWrite, reasoning, audioInput: audio, audioOutput };
  if (input === undefined || output === undefined) return { input, output, ...parts };
  // Some integrations leave cached tokens out of the input.
  const cached = (cacheRead ?? 0) + (cacheWrite ?? 0);
  const rest = Math.max(total - input - output, 0);
  if (input < cached || (cached > 0 && rest === cached)) return { input: input + cached, output, ...parts };
  // Gemini's thoughts, which google-genai leaves out of the output; or else the prompts of tools that Gemini ran.
  const thought = reasoning === undefined || reasoning === rest;
  return { input: thought ? input : input + rest, output: thought ? output + rest : output, ...parts };
}
