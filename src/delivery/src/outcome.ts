/** What a send came to when no further attempt is made. */
export type Verdict =
  | { readonly kind: "delivered" }
  /** The whole batch is not wanted and never will be: it is dropped. */
  | { readonly kind: "refused"; readonly error: Error }
  /** Some item in the batch spoils it: the batch is halved until the culprits stand alone and are dropped. */
  | { readonly kind: "poisoned"; readonly error: Error }
  /** The batch is too large: it is sent in pieces. Stated limits hold for all later batches as well. */
  | {
      readonly kind: "oversize";
      readonly error: Error;
      readonly maxItems?: number;
      readonly maxBytes?: number;
    }
  /** Nothing can be delivered for a while. */
  | {
      readonly kind: "hold";
      readonly error: Error;
      /** `Infinity` = until the end of the process. */
      readonly forMs: number;
      /** `keep` puts the batch back in front of the queue, and lets `flush()` try before the time is up. */
      readonly batch: "keep" | "drop";
      /** What happens to the items that wait or arrive meanwhile. */
      readonly queue: "keep" | "drop";
    };

/** What one send of a batch came to, as the transport sees it. */
export type Outcome =
  | Verdict
  /** Worth another attempt. When attempts or time run out, `otherwise` applies (default: refused). */
  | {
      readonly kind: "retry";
      readonly error: Error;
      /** The least wait the server asked for (`Retry-After`). Capped by the policy's longest delay. */
      readonly afterMs?: number;
      readonly otherwise?: Verdict;
    };

/** Sends batches; decides what an answer means. It neither waits nor repeats: the queue does. */
export interface Transport<Item> {
  /** Sends one batch. Should not reject (a rejection counts as `refused`). Gives up when `signal` aborts. */
  send(batch: readonly Item[], signal: AbortSignal): Promise<Outcome>;
}
