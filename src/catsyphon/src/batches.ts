import type { Json } from "./sanitize.js";
import type { WireEvent } from "./wire-event.js";

/** The server refuses more. */
export const MAX_BATCH_EVENTS = 50;
/** The shipped proxy refuses a body above 1 MiB. */
export const MAX_BATCH_BYTES = 900 * 1024;

const ENVELOPE_BYTES = 600;
const MARK = "…[truncated]";

/** Cuts events into batches the server takes, in order. A single larger event loses the end of its longest text. */
export function toBatches(events: readonly WireEvent[]): WireEvent[][] {
  const batches: WireEvent[][] = [];
  let batch: WireEvent[] = [];
  let bytes = ENVELOPE_BYTES;
  for (const event of events) {
    const fitting = fitEvent(event);
    const size = byteLength(fitting) + 1;
    if (batch.length > 0 && (batch.length === MAX_BATCH_EVENTS || bytes + size > MAX_BATCH_BYTES)) {
      batches.push(batch);
      batch = [];
      bytes = ENVELOPE_BYTES;
    }
    batch.push(fitting);
    bytes += size;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

export function byteLength(event: WireEvent): number {
  return Buffer.byteLength(JSON.stringify(event));
}

/** Returns the event itself when it fits; else a copy whose longest texts are cut until it does. */
function fitEvent(event: WireEvent): WireEvent {
  const limit = MAX_BATCH_BYTES - ENVELOPE_BYTES;
  let excess = byteLength(event) - limit;
  if (excess <= 0) return event;
  const copy = structuredClone({ ...event, data: { ...event.data } });
  while (excess > 0) {
    const longest = findLongest(copy.data);
    if (!longest || longest.text.length <= MARK.length) return copy;
    const bytesPerUnit = Buffer.byteLength(JSON.stringify(longest.text)) / longest.text.length;
    const cut = Math.max(MARK.length, Math.ceil(excess / bytesPerUnit)) + 2 * MARK.length;
    const keep = Math.max(0, longest.text.length - cut);
    longest.replace(longest.text.slice(0, keep).replace(/[\uD800-\uDBFF]$/, "") + MARK);
    excess = byteLength(copy) - limit;
  }
  return copy;
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
