import type { RequestFacts, ResponseFacts } from "@kit/genai";

/** What Titan and Cohere are asked for embeddings. */
export interface EmbedRequest {
  dimensions?: number;
  output_dimension?: number;
  embedding_types?: string[];
  embeddingTypes?: string[];
}

/** What they answer: one vector, several, or several of each type. */
export interface EmbedAnswer {
  embedding?: readonly number[];
  embeddings?: readonly (readonly number[])[] | Readonly<Record<string, readonly (readonly number[])[]>>;
  inputTextTokenCount?: number;
}

/** Neither texts nor vectors are ever recorded. */
export function readEmbedRequest(asked: EmbedRequest, model: string | undefined): RequestFacts {
  return {
    operation: "embeddings",
    model,
    dimensions: asked.dimensions ?? asked.output_dimension,
    encodingFormats: asked.embedding_types ?? asked.embeddingTypes,
  };
}

export function readEmbedAnswer({
  embedding,
  embeddings,
  inputTextTokenCount: input,
}: EmbedAnswer): ResponseFacts {
  const [vectors] = Array.isArray(embeddings) ? [embeddings] : Object.values(embeddings ?? {});
  return {
    dimensions: (embedding ?? vectors?.[0])?.length,
    usage: input === undefined ? undefined : { input },
  };
}
