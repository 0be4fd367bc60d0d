import type { Call } from "@kit/genai";
import type { EmbeddingCreateParams } from "openai/resources/embeddings";
import type { CompletionUsage } from "./usage.js";

interface EmbeddingBody {
  model?: string;
  data?: readonly { embedding?: readonly number[] | string }[];
  usage?: CompletionUsage | null;
}

const BYTES_PER_NUMBER = 4;

/** `POST /embeddings`. Neither inputs nor vectors are ever recorded. */
export const embeddings: Call<[Partial<EmbeddingCreateParams>], EmbeddingBody> = {
  request: (params) => ({
    operation: "embeddings",
    model: params.model,
    dimensions: params.dimensions,
    ...(params.encoding_format !== undefined && { encodingFormats: [params.encoding_format] }),
  }),
  response: (body, request) => ({
    model: body.model,
    // Some compatible servers report output tokens, of which an embedding has none.
    usage: { input: body.usage?.prompt_tokens },
    dimensions: request.dimensions ?? lengthOf(body.data?.[0]?.embedding),
  }),
};

function lengthOf(vector: readonly number[] | string | undefined): number | undefined {
  if (typeof vector !== "string") return vector?.length;
  return Math.floor(Buffer.byteLength(vector, "base64") / BYTES_PER_NUMBER);
}
