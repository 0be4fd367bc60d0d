import { NonRetryableError } from "./errors.js";
import { readTimestamp } from "./timestamp.js";

/** What the server made of events. */
export interface EventsResponse {
  /** Events that were new to the server. */
  readonly accepted: number;
  /** Running count of accepted events; not the client's numbering. */
  readonly lastSequence: number | null;
  readonly conversationId: string;
  readonly warnings: readonly string[];
}

/** What the server has stored of a session so far. */
export interface SessionStatus {
  readonly sessionId: string;
  readonly conversationId: string;
  readonly lastSequence: number | null;
  /** Stored events; starts, ends and metadata are not stored. */
  readonly eventCount: number;
  readonly firstEventAt: Date | null;
  /** When the server last received something. */
  readonly lastEventAt: Date | null;
  readonly status: "active" | "completed" | (string & {});
}

/** What the server answers to the end of a session. */
export interface SessionComplete {
  readonly sessionId: string;
  readonly conversationId: string;
  readonly status: string;
  /** Stored messages of the conversation. */
  readonly totalEvents: number;
}

export function readEventsResponse(value: unknown): EventsResponse {
  const fields = readObject(value);
  return {
    accepted: readNumber(fields.accepted) ?? 0,
    lastSequence: readNumber(fields.last_sequence),
    conversationId: String(fields.conversation_id ?? ""),
    warnings: Array.isArray(fields.warnings) ? fields.warnings.map(String) : [],
  };
}

export function readSessionStatus(value: unknown): SessionStatus {
  const fields = readObject(value);
  return {
    sessionId: String(fields.session_id ?? ""),
    conversationId: String(fields.conversation_id ?? ""),
    lastSequence: readNumber(fields.last_sequence),
    eventCount: readNumber(fields.event_count) ?? 0,
    firstEventAt: readDate(fields.first_event_at),
    lastEventAt: readDate(fields.last_event_at),
    status: String(fields.status ?? ""),
  };
}

export function readSessionComplete(value: unknown): SessionComplete {
  const fields = readObject(value);
  return {
    sessionId: String(fields.session_id ?? ""),
    conversationId: String(fields.conversation_id ?? ""),
    status: String(fields.status ?? ""),
    totalEvents: readNumber(fields.total_events) ?? 0,
  };
}

/** @throws NonRetryableError when the answer is not an object: then it is not the collector API that answered. */
export function readObject(value: unknown): Record<string, unknown> {
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  throw new NonRetryableError("the server's answer is not an object; is serverUrl the API's address?");
}

function readNumber(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function readDate(value: unknown): Date | null {
  return typeof value === "string" ? readTimestamp(value) : null;
}
