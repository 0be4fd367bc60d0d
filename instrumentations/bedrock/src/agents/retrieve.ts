import { ATTR, type Call, objectsOf, textOf, withoutNulls } from "@kit/genai";

interface Search {
  readonly numberOfResults?: number;
}

interface Query {
  readonly knowledgeBaseId?: string;
  readonly retrievalQuery?: { readonly text?: string };
  readonly retrievalConfiguration?: {
    readonly vectorSearchConfiguration?: Search;
    readonly managedSearchConfiguration?: Search;
  };
}

interface Found {
  readonly retrievalResults?: readonly {
    readonly documentId?: string;
    readonly content?: unknown;
    readonly location?: unknown;
    readonly metadata?: unknown;
    readonly score?: number;
  }[];
}

/** `RetrieveCommand`: what a knowledge base has for a query. */
export const retrieve: Call<[Query], Found> = {
  request: ({ knowledgeBaseId, retrievalQuery, retrievalConfiguration: how }) => ({
    operation: "retrieval",
    dataSourceId: textOf(knowledgeBaseId),
    attributes: {
      [ATTR.retrievalTopK]:
        how?.vectorSearchConfiguration?.numberOfResults ?? how?.managedSearchConfiguration?.numberOfResults,
    },
    content: () => {
      const text = textOf(retrievalQuery?.text);
      // Pictures can be asked for, too.
      return text === undefined ? {} : { retrievalQuery: text };
    },
  }),
  response: ({ retrievalResults }) => ({
    content: () => ({
      retrievalDocuments: objectsOf(retrievalResults).map(({ documentId: id, ...found }) =>
        withoutNulls({ ...found, id }),
      ),
    }),
  }),
};

interface Ranking {
  readonly queries?: readonly { readonly textQuery?: { readonly text?: string } }[];
  readonly rerankingConfiguration?: {
    readonly bedrockRerankingConfiguration?: {
      readonly numberOfResults?: number;
      readonly modelConfiguration?: { readonly modelArn?: string };
    };
  };
}

interface Ranked {
  readonly results?: readonly { readonly index?: number; readonly relevanceScore?: number }[];
}

/** `RerankCommand`. Documents are told by their position in the request, never by their text. */
export const rerank: Call<[Ranking], Ranked> = {
  request: ({ queries, rerankingConfiguration }) => {
    const how = rerankingConfiguration?.bedrockRerankingConfiguration;
    return {
      operation: "rerank",
      model: how?.modelConfiguration?.modelArn,
      attributes: { [ATTR.retrievalTopK]: how?.numberOfResults },
      content: () => ({
        retrievalQuery: objectsOf(queries)
          .map(({ textQuery }) => textOf(textQuery?.text) ?? "")
          .join("\n"),
      }),
    };
  },
  response: ({ results }) => ({
    content: () => ({
      retrievalDocuments: objectsOf(results).map(({ index, relevanceScore: score }) => ({
        id: String(index),
        ...(score !== undefined && { score }),
      })),
    }),
  }),
};
