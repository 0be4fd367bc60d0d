import { KIT_ATTR } from "./attributes.js";
import { textOf } from "./messages.js";
import type { Call, RequestFacts, ResponseFacts } from "./operation.js";

/** What a provider tells of a batch, in its own words; what is absent or odd is not recorded. */
export interface BatchFacts {
  id?: unknown;
  status?: unknown;
  /** Under what else the results can be asked for, such as files. */
  resultIds?: readonly unknown[];
  total?: number | undefined;
  succeeded?: number | undefined;
  failed?: number | undefined;
}

/** The calls of a batch's life, each an operation of its own. */
export type BatchCalls<Batch> = {
  /** Remembered, so that whoever reads the batch later links back to who asked for it. */
  readonly create: Call<readonly unknown[], Batch>;
} & Readonly<Record<"retrieve" | "cancel", Call<readonly [id: string, ...unknown[]], Batch>>>;

/** Translates the calls of a library's batches, whose body `read` understands. */
export function batchCalls<Batch>(read: (batch: Batch) => BatchFacts): BatchCalls<Batch> {
  const response = (batch: Batch) => readBatch(read(batch));
  return {
    create: { request: () => ({ operation: "create_batch" }), response },
    retrieve: { request: (id) => knownBatch("retrieve_batch", id), response },
    cancel: { request: (id) => knownBatch("cancel_batch", id), response },
  };
}

/** A call about a batch that exists: linked to the one that created it, if this process did. */
export function knownBatch(operation: string, id: string): RequestFacts {
  return { operation, linkTo: [id], attributes: { [KIT_ATTR.batchId]: id } };
}

function readBatch({ id, status, resultIds = [], total, succeeded, failed }: BatchFacts): ResponseFacts {
  return {
    linkAs: [id, ...resultIds].map(textOf).filter((known) => known !== undefined),
    attributes: {
      [KIT_ATTR.batchId]: textOf(id),
      [KIT_ATTR.batchStatus]: textOf(status),
      [KIT_ATTR.batchRequestCount]: total,
      [KIT_ATTR.batchSucceededCount]: succeeded,
      [KIT_ATTR.batchFailedCount]: failed,
    },
  };
}
