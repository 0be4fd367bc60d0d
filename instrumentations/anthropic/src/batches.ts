import type { Messages } from "@anthropic-ai/sdk/resources/beta/messages/messages";
import { readUsage } from "@kit/anthropic-messages";
import { batchCalls, batchResults, type Foreign } from "@kit/genai";

/** `POST /v1/messages/batches`, `GET …/{id}`, `POST …/{id}/cancel` and `GET …/{id}/results`. */
export const batches = {
  ...batchCalls(
    ({ id, processing_status: status, request_counts: counts }: Foreign<Messages.BetaMessageBatch>) => {
      if (counts == null) return { id, status };
      const failed = (counts.errored ?? 0) + (counts.canceled ?? 0) + (counts.expired ?? 0);
      const succeeded = counts.succeeded ?? 0;
      return { id, status, succeeded, failed, total: succeeded + failed + (counts.processing ?? 0) };
    },
  ),
  results: batchResults(({ result }: Foreign<Messages.BetaMessageBatchIndividualResponse>) => ({
    succeeded: result?.type === "succeeded",
    model: result?.message?.model,
    usage: readUsage(result?.message && { service_tier: "batch", ...result.message.usage }),
  })),
};
