import type { Usage } from "@kit/genai";

interface UsageMetadata {
  input_tokens?: number;
  output_tokens?: number;
  input_token_details?: { cache_read?: number; cache_creation?: number; audio?: number };
  output_token_details?: { reasoning?: number; audio?: number };
}

/** What older integrations put beside the answer. */
interface OlderUsage {
  promptTokens?: number;
  completionTokens?: number;
  input_tokens?: number;
  output_tokens?: number;
}

/** Reads token usage from a message, in the one meaning that all integrations share since 0.2. */
export function readUsage(
  usage: UsageMetadata | undefined,
  older: OlderUsage | undefined,
): Usage | undefined {
  if (usage == null) return readOlder(older);
  const { input_tokens: input, output_tokens: output } = usage;
  const {
    cache_read: cacheRead,
    cache_creation: cacheWrite,
    audio: audioInput,
  } = usage.input_token_details ?? {};
  const { reasoning, audio: audioOutput } = usage.output_token_details ?? {};
  // Some integrations count what the cache held apart from the input.
  const cached = (cacheRead ?? 0) + (cacheWrite ?? 0);
  const all = input !== undefined && input < cached ? input + cached : input;
  return { input: all, output, cacheRead, cacheWrite, reasoning, audioInput, audioOutput };
}

function readOlder(usage: OlderUsage | undefined): Usage | undefined {
  if (usage == null) return undefined;
  const input = usage.promptTokens ?? usage.input_tokens;
  const output = usage.completionTokens ?? usage.output_tokens;
  return input === undefined && output === undefined ? undefined : { input, output };
}
