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
 * provider's format.
 */
export function readUsage(usage: UsageMetadata | undefined, told: unknown, tier: unknown): Usage | undefined {
  if (usage == null && told === undefined) return undefined;
  const { service_tier, speed, inference_geo } = (told ?? {}) as Readonly<Record<string, string>>;
  const tokens: Usage = usage == null ? (gather(TOKENS, told) as Usage) : readTokens(usage);
  return { ...tokens, terms: [tier as string, service_tier, speed, inference_geo] };
}

/** Reads the usage of a message, whose format all integrations share since 0.2. */
function readTokens(usage: UsageMetadata): Usage {
  const { input_tokens: input, output_tokens: output, total_tokens: total = 0 } = usage;
  const { cache_read: cacheRead, cache_creation: cacheWrite, audio } = usage.input_token_details ?? {};
  const { reasoning, audio: audioOutput } = usage.output_token_details ?? {};
  const parts = { cacheRead, cacheWrite, reasoning, audioInput: audio, audioOutput };
  if (input === undefined || output === undefined) return { input, output, ...parts };
  // Some integrations leave cached tokens out of the input, and google-genai leaves Gemini's thoughts out of the output.
  const cached = (cacheRead ?? 0) + (cacheWrite ?? 0);
  const rest = total - input - output;
  if (input < cached || (cached > 0 && rest === cached)) return { input: input + cached, output, ...parts };
  return { input, output: output + Math.max(rest, 0), ...parts };
}
