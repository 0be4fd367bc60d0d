import { type EventData, type EventType, encodeData } from "@kit/catsyphon";
import { LruMap } from "../bounded/lru-map.js";
import { RecentSet } from "../bounded/recent-set.js";
import { cutTexts } from "../message/content.js";
import { hashOf } from "../message/fingerprint.js";
import { type ReadableSpan, START_PRECISION_MICROS, toMicros } from "../readable-span.js";
import type { SessionIdentity } from "../trace/trace.js";
import type { QueuedEvent, QueuedSession } from "./queued-event.js";
import { ToolCalls } from "./tool-calls.js";

/** The span an event comes from; sent with it. */
export interface Origin {
  readonly traceId: string;
  readonly spanId: string;
}

const MAX_SEEN = 4_096;
const MAX_OPEN_TRACES = 1_000;

/**
 * The state of one CatSyphon session: its new events, and the hashes of those exported before. Bounded, whatever its
 * length.
 */
export class Session implements QueuedSession {
  readonly tools = new ToolCalls();
  readonly family: string;
  /** Traces with events here whose outermost span is still open. */
  readonly openTraces = new LruMap<string, true>(MAX_OPEN_TRACES);
  readonly #seen = new RecentSet(MAX_SEEN);
  readonly #maxContentChars: number;
  #pending: QueuedEvent[] = [];
  #sequence = 0;
  /** Time of the last event, as it was and as it was sent. */
  readonly #last = { true: 0, sent: 0 };
  /** The latest time of any event, taken or not. */
  #latestMicros = 0;
  /** The last system message: most calls repeat it, and comparing is cheaper than hashing. */
  instructions = "";
  started = false;
  ended = false;
  /** By `performance.now()`: the system clock may be changed. */
  lastActivityMs = performance.now();
  /** How the last trace ended. */
  outcome: "success" | "failed" = "success";
  lastOrigin: Origin | undefined;
  readonly identity: SessionIdentity;

  constructor(identity: SessionIdentity, parent: Session | undefined, maxContentChars: number) {
    this.#maxContentChars = maxContentChars;
    this.identity = identity;
    this.family = parent?.family ?? identity.sessionId;
  }

  get sessionId(): string {
    return this.identity.sessionId;
  }

  get hasEvents(): boolean {
    return this.#pending.length > 0;
  }

  /**
   * Adds an event unless one with this key was added before. The server recognises events by the hash of their key,
   * so the same span must always give the same key.
   * @param data becomes the session's, which adds to it
   * @param contentJson the content of the data as JSON, if that is known
   */
  add(
    key: readonly unknown[],
    type: EventType,
    micros: number,
    origin: Origin,
    data: EventData,
    contentJson?: string,
  ): boolean {
    const hash = hashOf(key);
    if (!this.#seen.add(hash)) return false;
    data.otel = { trace_id: origin.traceId, span_id: origin.spanId };
    this.#pending.push(this.#toEvent(type, micros, hash, this.#encode(type, data, contentJson)));
    this.#latestMicros = Math.max(this.#latestMicros, micros);
    this.lastOrigin = origin;
    this.lastActivityMs = performance.now();
    return true;
  }

  has(key: readonly unknown[]): boolean {
    return this.#seen.has(hashOf(key));
  }

  /** Adds the `session_start`, before all other new events. */
  start(origin: Origin, micros: number, data: EventData): void {
    this.started = true;
    const otel = { trace_id: origin.traceId, span_id: origin.spanId };
    const hash = hashOf(["ss", this.sessionId]);
    const json = encodeData("session_start", { ...data, otel });
    this.#pending.unshift(this.#toEvent("session_start", micros, hash, json));
    this.lastActivityMs = performance.now();
  }

  /** When a span began: not before the latest event, if that falls into the millisecond its start was cut to. */
  startOf(span: ReadableSpan): number {
    return this.#notTooEarly(toMicros(span.startTime));
  }

  /** When a span ended, likewise: that is measured from its start. */
  endOf(span: ReadableSpan): number {
    return this.#notTooEarly(toMicros(span.endTime));
  }

  #notTooEarly(micros: number): number {
    const early = this.#latestMicros - micros;
    return early > 0 && early < START_PRECISION_MICROS ? this.#latestMicros : micros;
  }

  /** The latest time of all its events, sent or not. */
  get lastMicros(): number {
    return Math.max(this.#last.sent, this.#latestMicros);
  }

  /** Takes the new events, in order, with strictly increasing times. An event that comes late keeps its true time. */
  take(): readonly QueuedEvent[] {
    const inTime = (a: QueuedEvent, b: QueuedEvent) => rank(a) - rank(b) || a.micros - b.micros;
    const events = this.#pending.sort(inTime);
    this.#pending = [];
    const [first, second] = events;
    const earliest = Math.min(first?.micros ?? 0, second?.micros ?? Number.POSITIVE_INFINITY);
    if (first) first.micros = earliest;
    for (const event of events) {
      event.micros = this.#place(event.micros);
      event.sequence = ++this.#sequence;
    }
    return events;
  }

  #encode(type: EventType, data: EventData, contentJson: string | undefined): string {
    let json: string;
    if (contentJson === undefined) json = encodeData(type, data);
    else {
      data.content = undefined;
      json = `{"content":${contentJson},${encodeData(type, data).slice(1)}`;
    }
    // If the whole is shorter than the limit, so is every text in it.
    return json.length > this.#maxContentChars ? cutContent(json, this.#maxContentChars) : json;
  }

  #toEvent(type: EventType, micros: number, hash: string, json: string): QueuedEvent {
    return { session: this, type, micros, sequence: 0, hash, data: Buffer.from(json), encoded: undefined };
  }

  #place(micros: number): number {
    if (micros < this.#last.true) return micros;
    this.#last.true = micros;
    this.#last.sent = Math.max(micros, this.#last.sent + 1);
    return this.#last.sent;
  }
}

/** Cuts what may be of any length, but not the fields in which the server accepts only certain words. */
function cutContent(json: string, maxChars: number): string {
  const { author_role, message_type, outcome, otel, ...rest } = JSON.parse(json) as EventData;
  return JSON.stringify({ author_role, message_type, outcome, ...cutTexts(rest, maxChars), otel });
}

/** The server reads the start in the first request only, where it has to come first. */
function rank(event: QueuedEvent): number {
  return event.type === "session_start" ? 0 : 1;
}
