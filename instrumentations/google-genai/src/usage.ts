import { objectsOf, type Usage } from "@kit/genai";

type Count = number | null | undefined;

interface Share {
  modality?: string;
  tokenCount?: Count;
}

type Shares = readonly Share[] | null;

/** `usageMetadata` of an answer. */
export interface UsageMetadata {
  promptTokenCount?: Count;
  /** What tools that Google ran put into the prompt; beside the count above. */
  toolUsePromptTokenCount?: Count;
  candidatesTokenCount?: Count;
  /** Beside the candidates' tokens, and billed as such. */
  thoughtsTokenCount?: Count;
  cachedContentTokenCount?: Count;
  promptTokensDetails?: Shares;
  toolUsePromptTokensDetails?: Shares;
  candidatesTokensDetails?: Shares;
  cacheTokensDetails?: Shares;
  /** `standard`, `flex` or `priority` (Gemini API). */
  serviceTier?: string | null;
  /** `ON_DEMAND`, `PROVISIONED_THROUGHPUT` … (Vertex AI). */
  trafficType?: string | null;
}

/** Adds what counts one thing in several places. */
export function readUsage(usage: UsageMetadata | null | undefined): Usage | undefined {
  if (usage == null) return undefined;
  const input = sharesOf(usage.promptTokensDetails, usage.toolUsePromptTokensDetails);
  const output = sharesOf(usage.candidatesTokensDetails);
  const cached = sharesOf(usage.cacheTokensDetails);
  return {
    input: sum(usage.promptTokenCount, usage.toolUsePromptTokenCount),
    output: sum(usage.candidatesTokenCount, usage.thoughtsTokenCount),
    cacheRead: usage.cachedContentTokenCount,
    reasoning: usage.thoughtsTokenCount,
    textInput: input.TEXT,
    imageInput: input.IMAGE,
    audioInput: input.AUDIO,
    textOutput: output.TEXT,
    imageOutput: output.IMAGE,
    audioOutput: output.AUDIO,
    textCacheRead: cached.TEXT,
    imageCacheRead: cached.IMAGE,
    audioCacheRead: cached.AUDIO,
    terms: [usage.serviceTier?.toLowerCase(), usage.trafficType?.toLowerCase()],
  };
}

function sum(one: Count, other: Count): Count {
  return one == null ? other : one + (other ?? 0);
}

function sharesOf(...lists: readonly (Shares | undefined)[]): Record<string, number | undefined> {
  const shares: Record<string, number | undefined> = {};
  for (const { modality = "", tokenCount } of lists.flatMap(objectsOf))
    if (tokenCount != null) shares[modality] = (shares[modality] ?? 0) + tokenCount;
  return shares;
}
