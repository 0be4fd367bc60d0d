import { type Call, KIT_ATTR, type ResponseFacts, textOf } from "@kit/genai";

interface Batch {
  id?: string;
  status?: string;
  output_file_id?: string | null;
  error_file_id?: string | null;
  request_counts?: { total?: number; completed?: number; failed?: number };
}

/** `POST /batches`: remembered, so that whoever reads the batch later links back to who asked for it. */
export const createBatch: Call<[], Batch> = {
  request: () => ({ operation: "create_batch" }),
  response: readBatch,
};

/** `GET /batches/{id}` and `POST /batches/{id}/cancel`, each an operation of its own. */
export function knownBatch(operation: string): Call<[id: string], Batch> {
  return {
    request: (id) => ({ operation, linkTo: [id], attributes: { [KIT_ATTR.batchId]: id } }),
    response: readBatch,
  };
}

/** `GET /files/{id}/content`, only for files that a batch of this process is known to have written. */
export const batchResults: Call<[fileId: string]> = {
  request: (fileId) => ({ operation: "batch_results", linkTo: [fileId], onlyLinked: true }),
};

function readBatch(batch: Batch): ResponseFacts {
  const { request_counts: counts } = batch;
  const [id, status] = [textOf(batch.id), textOf(batch.status)];
  const ids = [id, textOf(batch.output_file_id), textOf(batch.error_file_id)].filter(
    (known) => known !== undefined,
  );
  return {
    linkAs: ids,
    attributes: {
      ...(id !== undefined && { [KIT_ATTR.batchId]: id }),
      ...(status !== undefined && { [KIT_ATTR.batchStatus]: status }),
      ...(counts?.total !== undefined && { [KIT_ATTR.batchRequestCount]: counts.total }),
      ...(counts?.completed !== undefined && { [KIT_ATTR.batchSucceededCount]: counts.completed }),
      ...(counts?.failed !== undefined && { [KIT_ATTR.batchFailedCount]: counts.failed }),
    },
  };
}
