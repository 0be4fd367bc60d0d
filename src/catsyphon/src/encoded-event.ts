import { ENVELOPE_BYTES, fitEvent, MAX_BATCH_BYTES, MAX_BATCH_EVENTS } from "./batches.js";
import type { EventData, EventType } from "./event.js";
import { joinPieces } from "./http.js";
import { toWireData, type WireEvent } from "./wire-event.js";

/** An event as requests carry it. */
export interface EncodedEvent {
  /** Its JSON, in pieces; bytes are UTF-8. */
  readonly pieces: readonly (string | Uint8Array)[];
  /** Bytes that it adds to a request, its comma included. */
  readonly size: number;
}

/** What `sendEncoded` takes at once, as `size` counts. */
export const REQUEST_LIMITS = { events: MAX_BATCH_EVENTS, bytes: MAX_BATCH_BYTES - ENVELOPE_BYTES } as const;

/** An event that leaves nothing to be filled in: its times have the form of the wire, its data is encoded. */
export interface CompleteEvent {
  readonly sequence: number;
  readonly type: EventType;
  readonly emittedAt: string;
  readonly observedAt: string;
  /** 1 to 32 letters and digits. */
  readonly eventHash: string;
  /** From `encodeData`, as UTF-8. */
  readonly data: Uint8Array;
}

/**
 * What an event says, as JSON that the server takes.
 * @throws TypeError for an unknown author role.
 */
export function encodeData(type: EventType, data: EventData): string {
  return JSON.stringify(toWireData(type, data));
}

/**
 * Encodes an event once, for a caller with a queue of its own, which has to know the sizes of what it sends. Longer
 * than a request may be, it loses the end of its longest text.
 */
export function encodeEvent(event: CompleteEvent): EncodedEvent {
  const { sequence, type, emittedAt, observedAt, eventHash, data } = event;
  // All of it in characters of one byte.
  const head =
    `{"sequence":${sequence},"type":"${type}","emitted_at":"${emittedAt}",` +
    `"observed_at":"${observedAt}","event_hash":"${eventHash}","data":`;
  const size = head.length + data.byteLength + "},".length;
  if (size <= REQUEST_LIMITS.bytes) return { pieces: [head, data, "}"], size };
  const fitted = fitEvent(JSON.parse(`${head}${Buffer.from(data)}}`));
  return { pieces: [fitted.line], size: fitted.size };
}

/** The event again, to be changed. */
export function decodeEvent({ pieces }: EncodedEvent): WireEvent {
  return JSON.parse(joinPieces(pieces));
}
