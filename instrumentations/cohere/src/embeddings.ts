import type { Call } from "@kit/genai";
import { inCamelCase } from "./camel-case.js";
import { type Billed, readUsage } from "./parameters.js";

interface EmbedParams {
  model?: string;
  embeddingTypes?: string[];
  outputDimension?: number;
}

type Vectors = readonly (readonly number[])[];

interface ByType
  extends Readonly<Partial<Record<"float" | "int8" | "uint8" | "binary" | "ubinary", Vectors | null>>> {
  readonly base64?: readonly string[] | null;
}

interface Embeddings {
  /** By their types, unless none was asked for. */
  embeddings?: Vectors | ByType | null;
  meta?: Billed | null;
}

/** `embed()` of both APIs. Neither inputs nor vectors are ever recorded. */
export const embed: Call<[EmbedParams | undefined], Embeddings> = {
  request: (params) => {
    const { model, embeddingTypes, outputDimension } = inCamelCase(params);
    return {
      operation: "embeddings",
      model,
      encodingFormats: embeddingTypes,
      dimensions: outputDimension,
    };
  },
  response: ({ embeddings, meta }) => {
    const { input, imageInput } = readUsage(meta) ?? {};
    return { dimensions: dimensionsOf(embeddings), usage: { input, imageInput } };
  },
};

/** A number of a binary vector holds eight of its dimensions; base64 holds four bytes for each. */
function dimensionsOf(vectors: Embeddings["embeddings"]): number | undefined {
  if (vectors == null) return undefined;
  if (Array.isArray(vectors)) return (vectors as Vectors)[0]?.length;
  const { float, int8, uint8, binary, ubinary, base64 } = vectors as ByType;
  const bytes = (binary ?? ubinary)?.[0]?.length;
  const text = base64?.[0];
  return (
    (float ?? int8 ?? uint8)?.[0]?.length ??
    (bytes && bytes * 8) ??
    (text === undefined ? undefined : Buffer.byteLength(text, "base64") / 4)
  );
}
