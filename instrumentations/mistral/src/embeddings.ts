import { embeddings as onTheWire } from "@kit/chat-completions";
import type { Call } from "@kit/genai";
import { type Usage, usageOnTheWire } from "./wire.js";

interface EmbeddingsParams {
  model?: string;
  outputDimension?: number | null;
  encodingFormat?: string | null;
}

interface Embeddings {
  model?: string;
  data?: readonly { embedding?: readonly number[] | string }[];
  usage?: Usage | null;
}

/** `embeddings.create()`. Neither inputs nor vectors are ever recorded. */
export const embeddings: Call<[EmbeddingsParams], Embeddings> = {
  request: ({ model, outputDimension, encodingFormat }) =>
    onTheWire.request({ model, dimensions: outputDimension, encoding_format: encodingFormat }),
  response: ({ model, data, usage }, request) =>
    onTheWire.response?.(
      {
        ...(model !== undefined && { model }),
        ...(data !== undefined && { data }),
        usage: usageOnTheWire(usage),
      },
      request,
    ) ?? {},
};
