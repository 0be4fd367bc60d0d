import type { Answer } from "./answer.js";

/** What goes wrong with one request. `stored`: it is carried out first, and only its answer is lost or replaced. */
export type Fault = { readonly stored?: boolean } & (
  | {
      readonly kind: "answer";
      readonly status: number;
      /** An object is sent as JSON. @default a short text */
      readonly body?: unknown;
      /** Value of the `Retry-After` header. */
      readonly retryAfter?: string;
    }
  /** No answer, ever. The connection stays open, or is reset after so many milliseconds. */
  | { readonly kind: "hang"; readonly forMs?: number }
  /** The connection is reset. */
  | { readonly kind: "reset" }
  /** The connection is ended without an answer. */
  | { readonly kind: "close" }
);

/** Asked for every request; `nth` counts the requests to the same path from 1. */
export type FaultHook<Request> = (
  request: Request,
  nth: number,
) => Fault | undefined | Promise<Fault | undefined>;

export const fails = (status: number, more: Partial<Extract<Fault, { kind: "answer" }>> = {}): Fault => ({
  kind: "answer",
  status,
  ...more,
});

/** Every kind of 413 the server knows, for batches it would otherwise take. */
export const TOO_LARGE = {
  announced: fails(413, { body: { error: "Request too large" } }),
  streamed: fails(413, { body: { error: "Invalid or oversized request body (max 256KB)" } }),
  data: fails(413, { body: { error: "Event data too large (max 16KB)" } }),
  events: fails(413, { body: { error: "Max 500 events per batch" } }),
  /** From a proxy in front, with a text that says nothing. */
  bare: fails(413, { body: "<html>413 Request Entity Too Large</html>" }),
} as const;

/** Lets a share of the requests fail, in one of the given ways each. */
export function failShare(share: number, faults: readonly Fault[], random: () => number = Math.random) {
  return (): Fault | undefined =>
    random() < share ? faults[Math.floor(random() * faults.length)] : undefined;
}

export function toAnswer(fault: Extract<Fault, { kind: "answer" }>): Answer {
  const { status, body = "made to fail", retryAfter } = fault;
  return { status, body, ...(retryAfter !== undefined && { headers: { "Retry-After": retryAfter } }) };
}
