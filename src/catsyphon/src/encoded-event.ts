import { ENVELOPE_BYTES, fitEvent, MAX_BATCH_BYTES, MAX_BATCH_EVENTS } from "./batches.js";
import { type CompleteEvent, toWireEvent } from "./wire-event.js";

/** An event as requests carry it. */
export interface EncodedEvent {
  readonly line: string;
  /** Bytes that it adds to a request, its comma included. */
  readonly size: number;
}

/** What `sendEncoded` takes at once, as `size` counts. */
export const REQUEST_LIMITS = { events: MAX_BATCH_EVENTS, bytes: MAX_BATCH_BYTES - ENVELOPE_BYTES } as const;

/**
 * Encodes an event once, for a caller with a queue of its own, which has to know the sizes of what it sends. Longer
 * than a request may be, it loses the end of its longest text.
 * @throws TypeError for an unknown author role.
 */
export function encodeEvent(event: CompleteEvent): EncodedEvent {
  const { line, size } = fitEvent(toWireEvent(event));
  return { line, size: size + 1 };
}
