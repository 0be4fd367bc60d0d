import { createHash } from "node:crypto";
import { AUTHOR_ROLES, type Event } from "./event.js";
import { type Json, sanitize, sanitizeText, stableJson } from "./sanitize.js";
import { formatMicros, formatTimestamp } from "./timestamp.js";

/** An event as it goes over the wire. */
export interface WireEvent {
  sequence: number;
  readonly type: string;
  readonly emitted_at: string;
  readonly observed_at: string;
  readonly event_hash: string;
  readonly data: { [key: string]: Json };
}

/** The server keeps these in columns of 50 characters and answers 500 to longer ones. */
const SHORT_COLUMNS = ["agent_type", "agent_version"] as const;
const MAX_REMEMBERED = 10_000;

/** Makes wire events for one session: numbers them and gives each a hash that a resend repeats. */
export class WireEventFactory {
  readonly #sessionId: string;
  readonly #occurrences = new Map<string, number>();
  #lastMicros = 0;
  /** Number of the event made last. */
  sequence: number;

  constructor(sessionId: string, sequence = 0) {
    this.#sessionId = sessionId;
    this.sequence = sequence;
  }

  /** @throws TypeError for an unknown author role, a hash or time out of form. */
  create(event: Event): WireEvent {
    const data = readData(event);
    const type = sanitizeText(event.type);
    const emittedAt = event.emittedAt === undefined ? this.#now() : formatTimestamp(event.emittedAt);
    const observedAt = event.observedAt === undefined ? nowText() : formatTimestamp(event.observedAt);
    const hash = event.eventHash ?? this.#hash(type, emittedAt, data);
    if (hash.length < 1 || hash.length > 32) throw new TypeError("eventHash must have 1 to 32 characters");
    this.sequence = event.sequence ?? this.sequence + 1;
    return {
      sequence: this.sequence,
      type,
      emitted_at: emittedAt,
      observed_at: observedAt,
      event_hash: hash,
      data,
    };
  }

  /** Equal events in the same instant are counted, so that both survive and a repeated import adds nothing. */
  #hash(type: string, emittedAt: string, data: Json): string {
    const base = sha256(stableJson([this.#sessionId, type, emittedAt, data]));
    const occurrence = this.#occurrences.get(base) ?? 0;
    this.#occurrences.delete(base);
    this.#occurrences.set(base, occurrence + 1);
    const [oldest] = this.#occurrences.keys();
    if (this.#occurrences.size > MAX_REMEMBERED && oldest) this.#occurrences.delete(oldest);
    return sha256(stableJson([this.#sessionId, type, emittedAt, data, occurrence])).slice(0, 32);
  }

  /** Strictly increasing: the clock has milliseconds, and the server orders by time. */
  #now(): string {
    this.#lastMicros = Math.max(Date.now() * 1000, this.#lastMicros + 1);
    return formatMicros(this.#lastMicros);
  }
}

function readData(event: Event): { [key: string]: Json } {
  const sanitized = sanitize(event.data);
  if (typeof sanitized !== "object" || sanitized === null || Array.isArray(sanitized)) {
    throw new TypeError("event data must be an object");
  }
  const data = Object.fromEntries(Object.entries(sanitized).filter(([, value]) => value !== null));
  const role = data.author_role;
  // Any other value makes the server refuse the whole batch with 500.
  if (role !== undefined && !(AUTHOR_ROLES as readonly Json[]).includes(role)) {
    throw new TypeError(`author_role must be one of ${AUTHOR_ROLES.join(", ")}`);
  }
  if (event.type === "session_start") fitColumns(data);
  return data;
}

function fitColumns(data: { [key: string]: Json }): void {
  for (const name of SHORT_COLUMNS) shorten(data, name, 50);
  const { working_directory: directory } = data;
  // Its last part becomes the name of the project, which has a column of 255 characters.
  if (typeof directory === "string")
    data.working_directory = directory.replace(/([^/\\]{255})[^/\\]+(?=[/\\]*$)/, "$1");
}

function shorten(data: { [key: string]: Json }, name: string, length: number): void {
  const value = data[name];
  if (typeof value === "string") data[name] = sanitizeText(value.slice(0, length));
}

function nowText(): string {
  return formatTimestamp(new Date());
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
