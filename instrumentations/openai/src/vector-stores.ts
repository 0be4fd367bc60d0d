import { ATTR, type Call, type Foreign, textOf, withoutNulls } from "@kit/genai";
import type { VectorStoreSearchParams, VectorStoreSearchResponse } from "openai/resources/vector-stores";

type FoundPage = { data?: readonly Foreign<VectorStoreSearchResponse>[] };

/** `POST /vector_stores/{id}/search`. */
export const search: Call<[id: string, params?: Foreign<VectorStoreSearchParams>], FoundPage> = {
  request: (id, params) => ({
    operation: "retrieval",
    dataSourceId: textOf(id),
    attributes: { [ATTR.retrievalTopK]: params?.max_num_results ?? undefined },
    content: () => ({ retrievalQuery: [params?.query ?? []].flat().join("\n") }),
  }),
  response: ({ data = [] }) => ({
    content: () => ({
      retrievalDocuments: data.map(({ file_id: id, ...document }) => withoutNulls({ ...document, id })),
    }),
  }),
};
