import { ATTR, type RequestFacts, type ResponseFacts } from "@kit/genai";
import { Recorder, type Telemetry } from "@kit/genai/framework";
import type { Members } from "./names.js";
import type { Translation } from "./translation.js";

/** One search of a retriever. LangChain has no name for the data source. */
export function translateRetrieval(
  telemetry: Telemetry,
  retriever: Members | undefined,
  query: unknown,
): Translation {
  const k = retriever?.k ?? retriever?.topK;
  const request: RequestFacts = {
    operation: "retrieval",
    ...(Number.isSafeInteger(k) && { attributes: { [ATTR.retrievalTopK]: k as number } }),
    content: () => (typeof query === "string" ? { retrievalQuery: query } : {}),
  };
  return {
    when: "at once",
    record: (at) => new Recorder(telemetry, { request, provider: undefined, ...at }),
  };
}

interface DocumentLike {
  id?: unknown;
  pageContent?: unknown;
  metadata?: { id?: unknown; score?: unknown; relevanceScore?: unknown };
}

/** Reads the documents that were found. */
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
