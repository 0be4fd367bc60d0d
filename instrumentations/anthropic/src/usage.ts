import type { Usage } from "@kit/genai";

type Count = number | null | undefined;

/** `usage` of a message. Its input tokens leave out what the prompt cache served and stored. */
export interface MessageUsage {
  input_tokens?: Count;
  output_tokens?: Count;
  cache_read_input_tokens?: Count;
  cache_creation_input_tokens?: Count;
  cache_creation?: { ephemeral_1h_input_tokens?: Count } | null;
  output_tokens_details?: { thinking_tokens?: Count } | null;
  service_tier?: string | null;
}

/** Reads the usage; the total of the input is the sum of its three parts. */
export function readUsage(usage: MessageUsage | null | undefined): Usage | undefined {
  if (usage == null) return undefined;
  const { input_tokens: fresh, cache_read_input_tokens: read, cache_creation_input_tokens: written } = usage;
  return {
    input: fresh == null ? undefined : fresh + (read ?? 0) + (written ?? 0),
    output: usage.output_tokens,
    cacheRead: read,
    cacheWrite: written,
    cacheWrite1h: usage.cache_creation?.ephemeral_1h_input_tokens,
    reasoning: usage.output_tokens_details?.thinking_tokens,
  };
}

/** Usage after a later report: its counts are cumulative and win, save those it does not know. */
export function overlayUsage(
  before: MessageUsage | null | undefined,
  later: MessageUsage | null | undefined,
): MessageUsage {
  const known = Object.entries(later ?? {}).filter(([, value]) => value != null);
  return { ...before, ...Object.fromEntries(known) };
}
