import { type Call, type Fold, KIT_ATTR, type ResponseFacts } from "@kit/genai";
import type { MessageBody } from "./messages.js";
import { type MessageUsage, readUsage } from "./usage.js";

interface Batch {
  id?: string;
  processing_status?: string;
  request_counts?: Partial<Record<"processing" | "succeeded" | "errored" | "canceled" | "expired", number>>;
}

/** One line of a batch's results. */
interface BatchResult {
  result?: { type?: string; message?: MessageBody };
}

interface BatchResults {
  succeeded: number;
  failed: number;
  usage: MessageUsage;
}

/** `POST /v1/messages/batches`: remembered, so that whoever reads the batch later links back to who asked for it. */
export const createBatch: Call<[], Batch> = {
  request: () => ({ operation: "create_batch" }),
  response: readBatch,
};

/** `GET /v1/messages/batches/{id}` and `POST …/{id}/cancel`, each an operation of its own. */
export function knownBatch(operation: string): Call<[id: string], Batch> {
  return {
    request: (id) => ({ operation, linkTo: [id], attributes: { [KIT_ATTR.batchId]: id } }),
    response: readBatch,
  };
}

/** `GET /v1/messages/batches/{id}/results`: what the lines, as far as they were read, tell together. */
export const batchResults: Call<[id: string], BatchResults, BatchResult> = {
  request: (id) => knownBatch("batch_results").request(id),
  response: ({ succeeded, failed, usage }) => ({
    // No model, and so no price: a batch may ask several, and costs less than its messages would.
    usage: readUsage(usage),
    attributes: { [KIT_ATTR.batchSucceededCount]: succeeded, [KIT_ATTR.batchFailedCount]: failed },
  }),
  fold: foldResults,
};

function readBatch({ id, processing_status: status, request_counts: counts }: Batch): ResponseFacts {
  const failed = (counts?.errored ?? 0) + (counts?.canceled ?? 0) + (counts?.expired ?? 0);
  const total = failed + (counts?.processing ?? 0) + (counts?.succeeded ?? 0);
  return {
    ...(id !== undefined && { linkAs: [id] }),
    attributes: {
      ...(id !== undefined && { [KIT_ATTR.batchId]: id }),
      ...(status !== undefined && { [KIT_ATTR.batchStatus]: status }),
      ...(counts !== undefined && {
        [KIT_ATTR.batchRequestCount]: total,
        [KIT_ATTR.batchSucceededCount]: counts.succeeded ?? 0,
        [KIT_ATTR.batchFailedCount]: failed,
      }),
    },
  };
}

const SUMMED = [
  "input_tokens",
  "output_tokens",
  "cache_read_input_tokens",
  "cache_creation_input_tokens",
] as const;

function foldResults(): Fold<BatchResult, BatchResults> {
  const results: BatchResults = { succeeded: 0, failed: 0, usage: {} };
  return {
    add({ result }) {
      if (result?.type !== "succeeded") {
        results.failed += 1;
        return;
      }
      results.succeeded += 1;
      for (const key of SUMMED) {
        const count = result.message?.usage?.[key];
        if (count != null) results.usage[key] = (results.usage[key] ?? 0) + count;
      }
    },
    body: () => results,
  };
}
