import type { Usage } from "@kit/genai";
import { gather, TOKENS } from "./names.js";

interface UsageMetadata {
  input_tokens?: number;
  output_tokens?: number;
  total_tokens?: number;
  input_token_details?: { cache_read?: number; cache_creation?: number; audio?: number };
  output_token_details?: { reasoning?: number; audio?: number };
}

/** Reads token usage, and under what terms the model was served: `told` stands beside the answer, as does `tier`. */
export function readUsage(usage: UsageMetadata | undefined, told: unknown, tier: unknown): Usage | undefined {
  if (usage == null && told === undefined) return undefined;
  const { service_tier, speed, inference_geo } = (told ?? {}) as Readonly<Record<string, string>>;
  const tokens: Usage = usage == null ? (gather(TOKENS, told) as Usage) : readTokens(usage);
  return { ...tokens, terms: [tier as string, service_tier, speed, inference_geo] };
}

/** Reads the tokens of a message, in the one meaning that all integrations share since 0.2. */
function readTokens(usage: UsageMetadata): Usage {
  const { input_tokens: input, output_tokens: output, total_tokens: total = 0 } = usage;
  const { cache_read: cacheRead, cache_creation: cacheWrite, audio } = usage.input_token_details ?? {};
  const { reasoning, audio: audioOutput } = usage.output_token_details ?? {};
  const parts = { cacheRead, cacheWrite, reasoning, audioInput: audio, audioOutput };
  if (input === undefined || output === undefined) return { input, output, ...parts };
  // Some integrations count what the cache held apart from the input, and one forgets Gemini's thoughts in the output.
  const cached = (cacheRead ?? 0) + (cacheWrite ?? 0);
  const rest = total - input - output;
  if (input < cached || (cached > 0 && rest === cached)) return { input: input + cached, output, ...parts };
  return { input, output: output + Math.max(rest, 0), ...parts };
}
