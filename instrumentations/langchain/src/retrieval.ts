import { ATTR, type RequestFacts, type ResponseFacts } from "@kit/genai";

interface RetrieverLike {
  k?: unknown;
  topK?: unknown;
}

/** Reads what was looked for. */
export function readQuery(query: unknown, retriever: RetrieverLike | undefined): RequestFacts {
  const k = retriever?.k ?? retriever?.topK;
  return {
    operation: "retrieval",
    ...(Number.isSafeInteger(k) && { attributes: { [ATTR.retrievalTopK]: k as number } }),
    content: () => (typeof query === "string" ? { retrievalQuery: query } : {}),
  };
}

interface DocumentLike {
  id?: unknown;
  pageContent?: unknown;
  metadata?: { id?: unknown; score?: unknown; relevanceScore?: unknown };
}

/** Reads what was found. */
export function readDocuments(documents: unknown): ResponseFacts {
  if (!Array.isArray(documents)) return {};
  return { content: () => ({ retrievalDocuments: documents.map(readDocument) }) };
}

function readDocument({ id, pageContent, metadata }: DocumentLike) {
  const known = id ?? metadata?.id;
  const score = metadata?.score ?? metadata?.relevanceScore;
  return {
    ...(known != null && { id: String(known) }),
    ...(typeof score === "number" && { score }),
    content: pageContent,
  };
}
