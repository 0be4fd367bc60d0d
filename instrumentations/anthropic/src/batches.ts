import type {
  BetaMessageBatch,
  BetaMessageBatchIndividualResponse,
} from "@anthropic-ai/sdk/resources/beta/messages/batches";
import { addUsage, batchCalls, type Call, type Foreign, KIT_ATTR, knownBatch, type Usage } from "@kit/genai";
import { readUsage } from "./usage.js";

type BatchResult = Foreign<BetaMessageBatchIndividualResponse>;

interface BatchResults {
  succeeded: number;
  failed: number;
  usage: Usage;
}

/** `GET /v1/messages/batches/{id}/results`: what the lines, as far as they were read, tell together. */
const results: Call<[id: string], BatchResults, BatchResult> = {
  request: (id) => knownBatch("batch_results", id),
  response: ({ succeeded, failed, usage }) => ({
    // No model, and so no price: a batch may ask several, and costs less than its messages would.
    usage,
    attributes: { [KIT_ATTR.batchSucceededCount]: succeeded, [KIT_ATTR.batchFailedCount]: failed },
  }),
  fold() {
    const body: BatchResults = { succeeded: 0, failed: 0, usage: {} };
    return {
      add({ result }) {
        body[result?.type === "succeeded" ? "succeeded" : "failed"] += 1;
        addUsage(body.usage, readUsage(result?.message?.usage));
      },
      body: () => body,
    };
  },
};

/** `POST /v1/messages/batches`, `GET …/{id}`, `POST …/{id}/cancel` and `GET …/{id}/results`. */
export const batches = {
  ...batchCalls(({ id, processing_status: status, request_counts: counts }: Foreign<BetaMessageBatch>) => {
    if (counts == null) return { id, status };
    const failed = (counts.errored ?? 0) + (counts.canceled ?? 0) + (counts.expired ?? 0);
    const succeeded = counts.succeeded ?? 0;
    return { id, status, succeeded, failed, total: succeeded + failed + (counts.processing ?? 0) };
  }),
  results,
};
