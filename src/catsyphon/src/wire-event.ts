import { createHash } from "node:crypto";
import { requireObject, requireText } from "./arguments.js";
import { AUTHOR_ROLES, type Event, type EventData, type EventType } from "./event.js";
import { isClean, type Json, sanitize, sanitizeText, stableJson } from "./sanitize.js";
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
/** A time in the form that the server takes; whether there is such a day is not said by that. */
const WIRE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
/** `.123456Z` */
const FRACTION_LENGTH = 8;

/** Makes wire events for one session: numbers them and gives each a hash that a resend repeats. */
export class WireEventFactory {
  readonly #sessionId: string;
  readonly #occurrences = new Map<string, number>();
  #lastMicros = 0;
  /** When events were made last, in milliseconds and as text: many come within one. */
  #observed = { ms: Number.NaN, text: "" };
  /** The last time that was checked, in the form of the wire. */
  #checked = "";
  /** Number of the event made last. */
  sequence: number;

  constructor(sessionId: string, sequence = 0) {
    this.#sessionId = sessionId;
    this.sequence = sequence;
  }

  /** @throws TypeError for an unknown author role, a hash or time out of form. */
  create(event: Event): WireEvent {
    requireObject("an event", event);
    const data = readData(event);
    const type = sanitizeText(requireText("the type of an event", event.type));
    const emittedAt = event.emittedAt === undefined ? this.#now() : this.#format(event.emittedAt);
    const observedAt = event.observedAt === undefined ? this.#observedNow() : this.#format(event.observedAt);
    const hash = event.eventHash ?? this.#hash(type, emittedAt, data);
    if (typeof hash !== "string" || hash.length < 1 || hash.length > 32)
      throw new TypeError("eventHash must have 1 to 32 characters");
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

  #observedNow(): string {
    const ms = Date.now();
    if (ms !== this.#observed.ms) this.#observed = { ms, text: formatMicros(ms * 1000) };
    return this.#observed.text;
  }

  /** Times of events that follow each other mostly differ in their fractions alone. */
  #format(time: Date | string): string {
    const isChecked = typeof time === "string" && WIRE.test(time) && time.startsWith(this.#checked);
    if (isChecked && this.#checked !== "") return time;
    const text = formatTimestamp(time);
    this.#checked = text.slice(0, -FRACTION_LENGTH);
    return text;
  }

  /** Strictly increasing: the clock has milliseconds, and the server orders by time. */
  #now(): string {
    this.#lastMicros = Math.max(Date.now() * 1000, this.#lastMicros + 1);
    return formatMicros(this.#lastMicros);
  }
}

/** The wire form of data that is to be turned into JSON at once: what is clean is shared, not copied. */
export function toWireData(type: EventType, data: EventData): EventData {
  return mayBeShared(type, data) ? data : readData({ type, data });
}

/** Not a start, whose texts are cut, nor what has a member that is left out. */
function mayBeShared(type: EventType, data: EventData): boolean {
  try {
    if (type === "session_start" || !isRole(data.author_role)) return false;
    for (const key in data) if (data[key] === null) return false;
    return isClean(data);
  } catch {
    // A member that throws when it is asked for.
    return false;
  }
}

function isRole(role: unknown): boolean {
  return role === undefined || (AUTHOR_ROLES as readonly unknown[]).includes(role);
}

function readData(event: Pick<Event, "type" | "data">): { [key: string]: Json } {
  const data = sanitize(event.data);
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    throw new TypeError("event data must be an object");
  }
  for (const name of Object.keys(data)) if (data[name] === null) delete data[name];
  // Any other value makes the server refuse the whole batch with 500.
  if (!isRole(data.author_role)) {
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

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
