import { ATTR, type RequestFacts, type ResponseFacts } from "@kit/genai";
import { Recorder, type Telemetry } from "@kit/genai/framework";
import type { Members } from "./names.js";
import type { Translation } from "./run/translation.js";

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

/** Reads the documents that were found. */
export function readDocuments(documents: unknown): ResponseFacts {
  if (!Array.isArray(documents)) return {};
  return { content: () => ({ retrievalDocuments: documents.map(readDocument) }) };
}

function readDocument({ pageContent, metadata, ...document }: Members) {
  const { id: stored, score: found, relevanceScore } = (metadata ?? {}) as Members;
  const id = document.id ?? stored;
  const score = found ?? relevanceScore;
  return {
    ...(id != null && { id: String(id) }),
    ...(typeof score === "number" && { score }),
    content: pageContent,
  };
}
