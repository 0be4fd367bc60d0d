import { KIT_ATTR } from "../attributes.js";
import { textOf } from "./messages.js";
import type { Call, Fold, RequestFacts, ResponseFacts, Results } from "./operation.js";
import { addUsage, type Usage } from "./usage.js";

/** What a provider tells of a batch, in its own words; what is absent or odd is not recorded. */
interface BatchFacts {
  id?: unknown;
  status?: unknown;
  /** Under what else the results can be asked for, such as files. */
  resultIds?: readonly unknown[];
  total?: number | null | undefined;
  succeeded?: number | null | undefined;
  failed?: number | null | undefined;
}

/** What came of one request of a batch. */
interface BatchResultFacts {
  succeeded: boolean;
  /** The model that answered, whose price applies. */
  model?: string | null | undefined;
  usage?: Usage | undefined;
}

/** The sums of a batch's results, as far as they were read. */
type Tally = { succeeded: number; failed: number; usage: Usage };

/** The calls of a batch's life, each an operation of its own. */
type BatchCalls<Batch> = {
  /** Remembered, so that whoever reads the batch later links back to who asked for it. */
  readonly create: Call<readonly unknown[], Batch>;
} & Readonly<Record<"retrieve" | "cancel", KnownBatchCall<Batch>>>;

type KnownBatchCall<Body, Line = unknown> = Call<readonly [id: string, ...unknown[]], Body, Line>;

/** Translates the calls of a library's batches, whose body `read` understands. */
export function batchCalls<Batch>(read: (batch: Batch) => BatchFacts): BatchCalls<Batch> {
  const response = (batch: Batch) => readBatch(read(batch));
  return {
    create: { request: () => ({ operation: "create_batch" }), response },
    retrieve: { request: (id) => knownBatch("retrieve_batch", id), response },
    cancel: { request: (id) => knownBatch("cancel_batch", id), response },
  };
}

/** Translates the call that streams the results of a batch, each of which `read` understands. */
export function batchResults<Result>(
  read: (result: Result) => BatchResultFacts,
): KnownBatchCall<Tally, Result> {
  return {
    request: (id) => knownBatch("batch_results", id),
    response: ({ succeeded, failed, usage }) => ({
      usage,
      attributes: { [KIT_ATTR.batchSucceededCount]: succeeded, [KIT_ATTR.batchFailedCount]: failed },
    }),
    fold: (_, results) => foldResults(read, results),
  };
}

/**
 * Prices each result by itself: results come from different models, and rates depend on the size of one request. Outcomes
 * are told whenever they are read, but what the results used and cost only once, since sums over spans are bills.
 */
function foldResults<Result>(
  read: (result: Result) => BatchResultFacts,
  results: Results | undefined,
): Fold<Result, Tally> {
  const tally: Tally = { succeeded: 0, failed: 0, usage: {} };
  let position = 0;
  let dollars: number | undefined = 0;
  return {
    add(result) {
      const { succeeded, model, usage } = read(result);
      tally[succeeded ? "succeeded" : "failed"] += 1;
      const isNew = results?.readResult(position++) !== false;
      if (usage === undefined || !isNew) return;
      const price = results?.price(model, usage);
      // The sum of some would look like the price of all.
      dollars = price === undefined || dollars === undefined ? undefined : dollars + price;
      addUsage(tally.usage, usage);
      tally.usage.terms = usage.terms;
      tally.usage.costUsd = dollars;
    },
    body: () => tally,
  };
}

/** A call about a batch that exists: linked to the one that created it, if this process did. */
function knownBatch(operation: string, id: string): RequestFacts {
  return { operation, linkTo: [id], attributes: { [KIT_ATTR.batchId]: id } };
}

function readBatch({ id, status, resultIds = [], total, succeeded, failed }: BatchFacts): ResponseFacts {
  return {
    linkAs: [id, ...resultIds].map(textOf).filter((known) => known !== undefined),
    attributes: {
      [KIT_ATTR.batchId]: textOf(id),
      [KIT_ATTR.batchStatus]: textOf(status),
      [KIT_ATTR.batchRequestCount]: total ?? undefined,
      [KIT_ATTR.batchSucceededCount]: succeeded ?? undefined,
      [KIT_ATTR.batchFailedCount]: failed ?? undefined,
    },
  };
}
