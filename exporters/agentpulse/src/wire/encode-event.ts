import { toSessionKey } from "@kit/genai/core";
import type { AgentPulseEvent, EventData } from "../event/event.js";
import { toJson } from "../text/to-json.js";
import { fitData } from "./fit-data.js";

/** The server counts the UTF-16 units of `JSON.stringify(data)`. */
export const MAX_DATA_LENGTH = 16_384;

const EARLIEST = 1_577_836_800;
const DAY_SECONDS = 86_400;

/**
 * An event as one line of JSON that the server accepts. An event that breaks a rule would fail its whole batch, so it is
 * repaired.
 * @param sinceMs a recent time in the past, in milliseconds since 1970; one per batch is enough
 */
export function encodeEvent(event: AgentPulseEvent, sinceMs: number, maxDataLength: number): string {
  const fitting = repair(event, sinceMs / 1000);
  const line = toJson(fitting);
  // If the whole line is short enough, so is its data; nearly all lines are.
  if (line.length <= maxDataLength) return line;
  return toJson({ ...fitting, data: fitData(fitting.data, maxDataLength) });
}

/** The same line with less `data`. */
export function shortenLine(line: string, maxDataLength: number): string {
  return line.length <= maxDataLength ? line : encodeEvent(JSON.parse(line), Date.now(), maxDataLength);
}

function repair(event: AgentPulseEvent, since: number): AgentPulseEvent {
  const { kind, ts, session, data } = event;
  const isTimely = ts >= EARLIEST && ts <= since + DAY_SECONDS;
  const isRight = isTimely && isObject(data) && isKind(kind) && (session === undefined || isSession(session));
  if (isRight) return event;
  const object: EventData = isObject(data) ? data : { value: data };
  return {
    ...event,
    kind:
      String(kind)
        .replace(/[^A-Za-z0-9_]/g, "_")
        .slice(0, 64) || "custom_event",
    ts: isTimely ? ts : Date.now() / 1000,
    session: session ? toSessionKey(String(session)) : undefined,
    data: isTimely ? object : { ...object, original_ts: Number.isFinite(ts) ? ts : String(ts) },
  };
}

function isObject(data: unknown): data is EventData {
  return typeof data === "object" && data !== null && !Array.isArray(data);
}

function isKind(kind: unknown): boolean {
  return typeof kind === "string" && /^[A-Za-z0-9_]{1,64}$/.test(kind);
}

function isSession(session: unknown): boolean {
  return typeof session === "string" && session.length <= 256;
}
