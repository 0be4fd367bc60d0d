import { ATTR, type Call, objectsOf, textOf } from "@kit/genai";
import { inCamelCase } from "./camel-case.js";

interface RerankParams {
  model?: string;
  query?: string;
  topN?: number;
}

interface Ranking {
  results?: readonly { index?: number; relevanceScore?: number }[] | null;
}

/** `rerank()` of both APIs. Documents are told by their position in the request, never by their text. */
export const rerank: Call<[RerankParams], Ranking> = {
  request: (params) => {
    const { model, query, topN } = inCamelCase(params);
    return {
      operation: "rerank",
      model,
      attributes: { [ATTR.retrievalTopK]: topN },
      content: () => ({ retrievalQuery: textOf(query) ?? "" }),
    };
  },
  response: ({ results }) => ({
    content: () => ({
      retrievalDocuments: objectsOf(results).map((result) => {
        const { index, relevanceScore: score } = inCamelCase(result);
        return {
          id: String(index),
          ...(score !== undefined && { score }),
        };
      }),
    }),
  }),
};
