import { type Json, sanitizeText } from "./sanitize.js";
import type { WireEvent } from "./wire-event.js";

/** The server refuses more. */
export const MAX_BATCH_EVENTS = 50;
/** The shipped proxy refuses a body above 1 MiB. */
export const MAX_BATCH_BYTES = 900 * 1024;

/** Of a request beside its events. */
export const ENVELOPE_BYTES = 600;
const MARK = "…[truncated]";

/** Events of one request. */
export interface Batch {
  readonly events: WireEvent[];
  /** Each as JSON, which was needed to know its size. */
  lines: string[];
}

/** Cuts events into batches the server takes, in order. A single larger event loses the end of its longest text. */
export function toBatches(events: readonly WireEvent[]): Batch[] {
  return inRequests(events.map(fitEvent)).map((fitted) => ({
    events: fitted.map(({ event }) => event),
    lines: fitted.map(({ line }) => line),
  }));
}

/** Groups events of known size into as many as one request may have each. */
export function inRequests<Sized extends { readonly size: number }>(events: readonly Sized[]): Sized[][] {
  const requests: Sized[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const event of events) {
    const last = requests.at(-1);
    bytes += event.size;
    if (last !== undefined && last.length < MAX_BATCH_EVENTS && bytes <= MAX_BATCH_BYTES - ENVELOPE_BYTES)
      last.push(event);
    else {
      requests.push([event]);
      bytes = event.size;
    }
  }
  return requests;
}

/** An event that goes into one request. */
export interface Fitted {
  readonly event: WireEvent;
  /** It as JSON. */
  readonly line: string;
  /** Bytes that it adds to a request, its comma included. */
  readonly size: number;
}

function measure(event: WireEvent): Fitted {
  const line = JSON.stringify(event);
  return { event, line, size: Buffer.byteLength(line) + ",".length };
}

/** Returns the event itself when it fits; else a copy whose longest texts are cut until it does. */
export function fitEvent(event: WireEvent): Fitted {
  const limit = MAX_BATCH_BYTES - ENVELOPE_BYTES;
  const whole = measure(event);
  if (whole.size <= limit) return whole;
  const copy = structuredClone({ ...event, data: { ...event.data } });
  for (let excess = whole.size - limit; excess > 0; excess = measure(copy).size - limit) {
    const longest = findLongest(copy.data);
    if (!longest || longest.text.length <= MARK.length) break;
    const bytesPerUnit = Buffer.byteLength(JSON.stringify(longest.text)) / longest.text.length;
    const cut = Math.max(MARK.length, Math.ceil(excess / bytesPerUnit)) + 2 * MARK.length;
    const keep = Math.max(0, longest.text.length - cut);
    longest.replace(sanitizeText(longest.text.slice(0, keep)) + MARK);
  }
  return measure(copy);
}

interface Found {
  readonly text: string;
  readonly replace: (text: string) => void;
}

function findLongest(container: Json[] | { [key: string]: Json }): Found | undefined {
  let longest: Found | undefined;
  const members = container as { [key: string]: Json };
  for (const key of Object.keys(members)) {
    const value = members[key];
    const found = readText(value, (text) => {
      members[key] = text;
    });
    if (found && found.text.length > (longest?.text.length ?? -1)) longest = found;
  }
  return longest;
}

function readText(value: Json | undefined, replace: (text: string) => void): Found | undefined {
  if (typeof value === "string") return { text: value, replace };
  return typeof value === "object" && value !== null ? findLongest(value) : undefined;
}
