import type { BetaUsage } from "@anthropic-ai/sdk/resources/beta/messages/messages";
import type { Foreign, Usage } from "@kit/genai";

/** Reads `usage` of a message, whose `input_tokens` exclude tokens read from the cache and written to it. */
export function readUsage(usage: Foreign<BetaUsage> | null | undefined): Usage | undefined {
  if (usage == null) return undefined;
  const { input_tokens: fresh, cache_read_input_tokens: read, cache_creation_input_tokens: written } = usage;
  const { service_tier: tier, speed, inference_geo: place } = usage;
  return {
    input: fresh == null ? undefined : fresh + (read ?? 0) + (written ?? 0),
    output: usage.output_tokens,
    cacheRead: read,
    cacheWrite: written,
    cacheWrite1h: usage.cache_creation?.ephemeral_1h_input_tokens,
    reasoning: usage.output_tokens_details?.thinking_tokens,
    webSearches: usage.server_tool_use?.web_search_requests,
    terms: tier === undefined ? undefined : [tier, speed, place],
    aside: usage.iterations
      ?.filter(({ type }) => type === "compaction" || type === "advisor_message")
      .map(({ model, ...counts }) => ({ model, usage: readUsage(counts) ?? {} })),
  };
}
