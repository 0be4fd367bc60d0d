import type { AgentPulseEvent, EventData } from "./event.js";
import { fitData } from "./fit-data.js";
import { toSessionKey } from "./session-key.js";

/** The server counts the UTF-16 units of `JSON.stringify(data)`. */
export const MAX_DATA_LENGTH = 16_384;

const EARLIEST = 1_577_836_800;
const DAY_SECONDS = 86_400;

/**
 * An event as one line of JSON that the server accepts: one that breaks a rule would cost its whole batch, so what
 * does not fit is repaired.
 */
export function encodeEvent(event: AgentPulseEvent, nowMs: number, maxDataLength: number): string {
  const { spanId, parentSpanId } = event;
  const data = toObject(event.data);
  const ts = repairTime(event.ts, data, nowMs / 1000);
  const session = event.session ? toSessionKey(String(event.session)) : "";
  return (
    `{"kind":"${toKind(event.kind)}","ts":${ts}` +
    (session ? `,"session":${JSON.stringify(session)}` : "") +
    (spanId ? `,"span_id":${JSON.stringify(spanId)}` : "") +
    (parentSpanId ? `,"parent_span_id":${JSON.stringify(parentSpanId)}` : "") +
    `,"data":${fitData(data, maxDataLength)}}`
  );
}

/** The same line with less `data`. */
export function shortenLine(line: string, maxDataLength: number): string {
  if (line.length <= maxDataLength) return line;
  const { kind, ts, session, span_id, parent_span_id, data } = JSON.parse(line);
  const event = { kind, ts, session, spanId: span_id, parentSpanId: parent_span_id, data };
  return encodeEvent(event, Date.now(), maxDataLength);
}

function toKind(kind: string): string {
  return (
    String(kind)
      .replace(/[^A-Za-z0-9_]/g, "_")
      .slice(0, 64) || "custom_event"
  );
}

function toObject(data: unknown): EventData {
  const isObject = typeof data === "object" && data !== null && !Array.isArray(data);
  return isObject ? (data as EventData) : { value: data };
}

function repairTime(ts: number, data: EventData, now: number): number {
  if (ts >= EARLIEST && ts <= now + DAY_SECONDS) return ts;
  data.original_ts = Number.isFinite(ts) ? ts : String(ts);
  return now;
}
