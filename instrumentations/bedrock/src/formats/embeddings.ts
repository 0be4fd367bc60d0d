import type { RequestFacts, ResponseFacts } from "@kit/genai";

/** What Titan and Cohere are asked for embeddings. */
export interface EmbedRequest {
  dimensions?: number;
  output_dimension?: number;
  embedding_types?: string[];
  embeddingTypes?: string[];
  embeddingConfig?: { outputEmbeddingLength?: number };
  singleEmbeddingParams?: { embeddingDimension?: number };
}

type Vector = readonly number[];

/** What they answer: one vector, several, or several of each type. */
export interface EmbedAnswer {
  embedding?: Vector;
  embeddings?: readonly (Vector | Embedded)[] | Readonly<Record<string, readonly Vector[]>>;
  data?: readonly Embedded[] | Embedded;
  inputTextTokenCount?: number;
}

interface Embedded {
  embedding?: Vector;
}

/** Neither texts nor vectors are ever recorded. */
export function readEmbedRequest(asked: EmbedRequest, model: string | undefined): RequestFacts {
  return {
    operation: "embeddings",
    model,
    dimensions:
      asked.dimensions ??
      asked.output_dimension ??
      asked.embeddingConfig?.outputEmbeddingLength ??
      asked.singleEmbeddingParams?.embeddingDimension,
    encodingFormats: asked.embedding_types ?? asked.embeddingTypes,
  };
}

export function readEmbedAnswer(answer: EmbedAnswer): ResponseFacts {
  const { embedding, embeddings, data, inputTextTokenCount: input } = answer;
  const several = embeddings ?? [data].flat();
  const [first] = Array.isArray(several) ? several : (Object.values(several)[0] ?? []);
  const vector = embedding ?? (Array.isArray(first) ? first : (first as Embedded | undefined)?.embedding);
  return { dimensions: vector?.length, usage: input === undefined ? undefined : { input } };
}
