import type { Call, Usage } from "@kit/genai";
import { type MaybeFailed, readFailure } from "./failure.js";
import { type CompletionUsage, readCompletionUsage } from "./usage.js";

/** The parameters of an embeddings request. `input` is never read. */
export interface EmbeddingParams {
  model?: string | null | undefined;
  input?: unknown;
  dimensions?: number | null | undefined;
  encoding_format?: string | null | undefined;
}

/** An answer with embeddings. */
export interface EmbeddingBody extends MaybeFailed {
  model?: string;
  data?: readonly { embedding?: readonly number[] | string }[];
  usage?: CompletionUsage | null;
}

const BYTES_PER_NUMBER = 4;

/** `POST /embeddings`. Neither inputs nor vectors are ever recorded. */
export const embeddings: Call<[EmbeddingParams, ...unknown[]], EmbeddingBody> = {
  path: "/embeddings",
  request: (params) => ({
    operation: "embeddings",
    model: params.model,
    dimensions: params.dimensions,
    ...(params.encoding_format != null && { encodingFormats: [params.encoding_format] }),
  }),
  response: (body, request) => ({
    model: body.model,
    usage: readUsage(body.usage),
    error: readFailure(body),
    dimensions: request.dimensions ?? lengthOf(body.data?.[0]?.embedding),
  }),
};

/** Some compatible servers report output tokens, which embeddings do not have, and Voyage only the total. */
function readUsage(usage: CompletionUsage | null | undefined): Usage {
  const input = usage?.prompt_tokens ?? usage?.total_tokens;
  return { input, costUsd: readCompletionUsage(usage)?.costUsd };
}

function lengthOf(vector: readonly number[] | string | undefined): number | undefined {
  if (typeof vector !== "string") return vector?.length;
  return Math.floor(Buffer.byteLength(vector, "base64") / BYTES_PER_NUMBER);
}
