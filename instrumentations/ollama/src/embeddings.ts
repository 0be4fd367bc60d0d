import type { Call } from "@kit/genai";

interface EmbedParams {
  model?: string;
  dimensions?: number;
}

interface Embeddings {
  model?: string;
  embeddings?: readonly (readonly number[])[];
  embedding?: readonly number[];
  prompt_eval_count?: number;
}

/** `embed()`. Neither inputs nor vectors are ever recorded. */
export const embed: Call<[EmbedParams], Embeddings> = {
  request: ({ model, dimensions }) => ({ operation: "embeddings", model, dimensions }),
  response: ({ model, embeddings: vectors, embedding, prompt_eval_count: input }) => ({
    model,
    dimensions: (embedding ?? vectors?.[0])?.length,
    usage: input === undefined ? undefined : { input },
  }),
};

/** `embeddings()`, the older form, for one text. */
export const embeddings: typeof embed = { ...embed };
