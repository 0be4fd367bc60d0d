import type { ResponseFacts } from "./operation.js";

/**
 * How an operation ended.
 * - `completed`: the whole answer arrived.
 * - `error`: it failed, before or in the middle of the answer.
 * - `cancelled`: the consumer left the stream early (`break`, `return()`); not a failure.
 * - `aborted`: an AbortSignal or `controller.abort()` ended it; a failure by the conventions.
 * - `abandoned`: nobody awaited the promise or read the stream before it was garbage-collected or the process ended.
 * - `raw`: the application took the raw HTTP response (`asResponse()`), whose body is its own business.
 */
export type Outcome = "completed" | "error" | "cancelled" | "aborted" | "abandoned" | "raw";

/** How an operation ended, and with what result. */
export interface OperationEnd {
  outcome: Outcome;
  response?: ResponseFacts | undefined;
  error?: unknown;
}
