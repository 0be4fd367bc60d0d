import { type Call, objectsOf } from "@kit/genai";
import { readUsage, type UsageMetadata } from "./usage.js";

interface EmbedParams {
  model?: string;
  config?: { outputDimensionality?: number } | null;
}

interface Embeddings {
  embeddings?: readonly { values?: readonly number[]; statistics?: { tokenCount?: number } }[] | null;
  usageMetadata?: UsageMetadata | null;
}

/** `models.embedContent()`. Neither inputs nor vectors are ever recorded. */
export const embeddings: Call<[EmbedParams], Embeddings> = {
  request: ({ model, config }) => ({
    operation: "embeddings",
    model,
    dimensions: config?.outputDimensionality,
  }),
  response: ({ embeddings: vectors, usageMetadata }) => ({
    dimensions: objectsOf(vectors)[0]?.values?.length,
    usage: readUsage(usageMetadata) ?? { input: countTokens(objectsOf(vectors)) },
  }),
};

/** Vertex AI counts each text by itself. */
function countTokens(vectors: NonNullable<Embeddings["embeddings"]>): number | undefined {
  const counts = vectors.flatMap(({ statistics }) => statistics?.tokenCount ?? []);
  return counts.length === 0 ? undefined : counts.reduce((total, count) => total + count, 0);
}
