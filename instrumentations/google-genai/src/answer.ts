import type { Content } from "./content.js";
import type { UsageMetadata } from "./usage.js";

/** One of the answers to a request. */
export interface Candidate {
  index?: number | null;
  content?: Content | null;
  finishReason?: string | null;
  groundingMetadata?: { groundingChunks?: readonly unknown[] | null } | null;
  citationMetadata?: { citations?: readonly unknown[] | null } | null;
}

/** A whole answer, or one chunk of a stream. */
export interface GenerateContentBody {
  responseId?: string | null;
  modelVersion?: string | null;
  candidates?: readonly Candidate[] | null;
  /** Why the prompt was refused; there is no candidate then. */
  promptFeedback?: { blockReason?: string | null; blockReasonMessage?: string | null } | null;
  usageMetadata?: UsageMetadata | null;
}
