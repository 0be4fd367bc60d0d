import { batchCalls, type Call, type Foreign } from "@kit/genai";
import type { Batch } from "openai/resources/batches";

/** `POST /batches`, `GET /batches/{id}` and `POST /batches/{id}/cancel`. */
export const batches = batchCalls(({ request_counts: counts, ...batch }: Foreign<Batch>) => ({
  id: batch.id,
  status: batch.status,
  resultIds: [batch.output_file_id, batch.error_file_id],
  total: counts?.total,
  succeeded: counts?.completed,
  failed: counts?.failed,
}));

/** `GET /files/{id}/content`, recorded only for the result files of batches that this process has seen. */
export const batchFile: Call<[fileId: string]> = {
  request: (fileId) => ({ operation: "batch_results", linkTo: [fileId], onlyLinked: true }),
};
