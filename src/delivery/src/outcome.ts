/** The result of a send when no further attempt is made. */
export type Verdict =
  | { readonly kind: "delivered" }
  /** The batch is not accepted and never will be: it is dropped. */
  | { readonly kind: "refused"; readonly error: Error }
  /** Some item spoils the batch: it is halved until the bad items are isolated and dropped. */
  | { readonly kind: "poisoned"; readonly error: Error }
  /** The batch is too large: it is sent in pieces. Limits stated here apply to all later batches as well. */
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
      /** In milliseconds; `Infinity` = until the end of the process. */
      readonly forMs: number;
      /** `keep` puts the batch back at the front of the queue, and lets `flush()` try again before the time is up. */
      readonly batch: "keep" | "drop";
      /** What happens to items that are waiting or arrive meanwhile. */
      readonly queue: "keep" | "drop";
    };

/** The result of one send of a batch, as the transport sees it. */
export type Outcome =
  | Verdict
  /** Worth another attempt. When attempts or time run out, `otherwise` applies. @default refused */
  | {
      readonly kind: "retry";
      readonly error: Error;
      /** The least wait the server asked for (`Retry-After`), in milliseconds; capped by the policy's longest delay. */
      readonly afterMs?: number;
      readonly otherwise?: Verdict;
    };

/** Sends batches and decides what an answer means. It neither waits nor retries; the queue does. */
export interface Transport<Item> {
  /** Sends one batch. Should not reject (a rejection counts as `refused`). Gives up when `signal` aborts. */
  send(batch: readonly Item[], signal: AbortSignal): Promise<Outcome>;
}
