import type { Call } from "@kit/genai";
import { type Billed, readUsage } from "./parameters.js";

interface EmbedParams {
  model?: string;
  embeddingTypes?: string[];
  outputDimension?: number;
}

type Vectors = readonly (readonly number[])[];

interface Embeddings {
  /** By their types, unless none was asked for. */
  embeddings?: Vectors | Readonly<Record<string, Vectors | null | undefined>> | null;
  meta?: Billed | null;
}

/** `embed()` of both APIs. Neither inputs nor vectors are ever recorded. */
export const embed: Call<[EmbedParams | undefined], Embeddings> = {
  request: (params) => ({
    operation: "embeddings",
    model: params?.model,
    encodingFormats: params?.embeddingTypes,
    dimensions: params?.outputDimension,
  }),
  response: ({ embeddings, meta }) => ({
    dimensions: dimensionsOf(embeddings),
    usage: { input: readUsage(meta)?.input },
  }),
};

/** A number of a binary vector holds eight of its dimensions. */
function dimensionsOf(vectors: Embeddings["embeddings"]): number | undefined {
  if (vectors == null) return undefined;
  if (Array.isArray(vectors)) return (vectors as Vectors)[0]?.length;
  const { float, int8, uint8, binary, ubinary } = vectors as Exclude<typeof vectors, Vectors>;
  const bytes = (binary ?? ubinary)?.[0]?.length;
  return (float ?? int8 ?? uint8)?.[0]?.length ?? (bytes && bytes * 8);
}
