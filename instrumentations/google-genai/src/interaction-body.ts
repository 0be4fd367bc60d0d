import { objectsOf, type ToolDefinition, textOf } from "@kit/genai";
import type { Step } from "./interaction-steps.js";
import type { UsageMetadata } from "./usage.js";

type Count = number | null;
type Shares = readonly { modality?: string; tokens?: number }[] | null;

export interface InteractionUsage {
  total_input_tokens?: Count;
  total_tool_use_tokens?: Count;
  total_output_tokens?: Count;
  /** Beside the output's tokens. */
  total_thought_tokens?: Count;
  total_cached_tokens?: Count;
  input_tokens_by_modality?: Shares;
  tool_use_tokens_by_modality?: Shares;
  output_tokens_by_modality?: Shares;
  cached_tokens_by_modality?: Shares;
}

/** An interaction, as far as it has come. */
export interface InteractionBody {
  id?: string;
  model?: string | null;
  /** `null` in a stream that ended without telling. */
  status?: string | null;
  steps?: readonly Step[] | null;
  usage?: InteractionUsage | null | undefined;
  service_tier?: string | null;
  errors?: readonly { code?: string; message?: string }[] | null;
  system_instruction?: string | null;
  tools?: readonly ToolDefinition[] | null;
}

/** Reads usage as that of the older API, which counts the same under other names. */
export function toUsageMetadata({
  usage,
  service_tier: serviceTier,
}: InteractionBody): UsageMetadata | undefined {
  if (usage == null) return undefined;
  return {
    promptTokenCount: usage.total_input_tokens,
    toolUsePromptTokenCount: usage.total_tool_use_tokens,
    candidatesTokenCount: usage.total_output_tokens,
    thoughtsTokenCount: usage.total_thought_tokens,
    cachedContentTokenCount: usage.total_cached_tokens,
    promptTokensDetails: toShares(usage.input_tokens_by_modality),
    toolUsePromptTokensDetails: toShares(usage.tool_use_tokens_by_modality),
    candidatesTokensDetails: toShares(usage.output_tokens_by_modality),
    cacheTokensDetails: toShares(usage.cached_tokens_by_modality),
    serviceTier,
  };
}

function toShares(shares: Shares | undefined) {
  return objectsOf(shares).map(({ modality, tokens }) => ({
    modality: textOf(modality)?.toUpperCase() ?? "",
    tokenCount: tokens,
  }));
}
