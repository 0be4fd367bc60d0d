import { type EventData, type EventType, encodeData } from "@kit/catsyphon";
import { cutTexts } from "./content.js";
import { hashOf } from "./fingerprint.js";
import { LruMap } from "./lru-map.js";
import type { QueuedEvent, Told } from "./queued-event.js";
import { type ReadableSpan, START_PRECISION_MICROS, toMicros } from "./readable-span.js";
import { RecentSet } from "./recent-set.js";
import { ToolCalls } from "./tool-calls.js";
import type { SessionChoice } from "./trace.js";

/** Where an event comes from; kept with it. */
export interface Origin {
  readonly traceId: string;
  readonly spanId: string;
}

const MAX_SEEN = 4_096;
const MAX_OPEN_TRACES = 1_000;

/** One session as far as this process told it. Bounded, whatever its length. */
export class Conversation implements Told {
  readonly tools = new ToolCalls();
  readonly family: string;
  /** Traces that told something here and whose outermost span is still open. */
  readonly openTraces = new LruMap<string, true>(MAX_OPEN_TRACES);
  readonly #seen = new RecentSet(MAX_SEEN);
  readonly #maxContentChars: number;
  #drafts: QueuedEvent[] = [];
  #sequence = 0;
  /** Time of the last event, as it was and as it was sent. */
  readonly #last = { true: 0, sent: 0 };
  /** The latest time of all that was told, taken already or not. */
  #latestMicros = 0;
  /** The system message told last. They are long, and the same in call after call. */
  instructions = "";
  started = false;
  ended = false;
  lastActivityMs = Date.now();
  /** How the last trace ended. */
  outcome: "success" | "failed" = "success";
  lastOrigin: Origin | undefined;
  readonly choice: SessionChoice;

  constructor(choice: SessionChoice, parent: Conversation | undefined, maxContentChars: number) {
    this.#maxContentChars = maxContentChars;
    this.choice = choice;
    this.family = parent?.family ?? choice.sessionId;
  }

  get sessionId(): string {
    return this.choice.sessionId;
  }

  get hasNews(): boolean {
    return this.#drafts.length > 0;
  }

  /**
   * Adds an event unless one with this key was added before. The key gives the hash by which the server knows
   * it again, so it must come out the same when the same spans are exported once more.
   * @param data becomes the conversation's, which adds to it
   */
  tell(key: readonly unknown[], type: EventType, micros: number, origin: Origin, data: EventData): boolean {
    const hash = hashOf(key);
    if (!this.#seen.add(hash)) return false;
    data.otel = { trace_id: origin.traceId, span_id: origin.spanId };
    this.#drafts.push(this.#draft(type, micros, hash, this.#encode(type, data)));
    this.#latestMicros = Math.max(this.#latestMicros, micros);
    this.lastOrigin = origin;
    this.lastActivityMs = Date.now();
    return true;
  }

  hasTold(key: readonly unknown[]): boolean {
    return this.#seen.has(hashOf(key));
  }

  /** Tells who talks and where, in front of everything else that is new. */
  start(origin: Origin, micros: number, data: EventData): void {
    this.started = true;
    const otel = { trace_id: origin.traceId, span_id: origin.spanId };
    const hash = hashOf(["ss", this.sessionId]);
    const json = encodeData("session_start", { ...data, otel });
    this.#drafts.unshift(this.#draft("session_start", micros, hash, json));
    this.lastActivityMs = Date.now();
  }

  /** When a span began: after what was told before, if that ended within the millisecond its start was cut to. */
  startOf(span: ReadableSpan): number {
    const micros = toMicros(span.startTime);
    const early = this.#latestMicros - micros;
    return early > 0 && early < START_PRECISION_MICROS ? this.#latestMicros : micros;
  }

  /** Time of the last event as it was sent. */
  get lastMicros(): number {
    return this.#last.sent;
  }

  /** Takes what is new, in order, with times that strictly increase. What comes late keeps its true time. */
  take(): readonly QueuedEvent[] {
    const inTime = (a: QueuedEvent, b: QueuedEvent) => rank(a) - rank(b) || a.micros - b.micros;
    const drafts = this.#drafts.sort(inTime);
    this.#drafts = [];
    const [first, second] = drafts;
    const earliest = Math.min(first?.micros ?? 0, second?.micros ?? Number.POSITIVE_INFINITY);
    if (first) first.micros = earliest;
    for (const draft of drafts) {
      draft.micros = this.#place(draft.micros);
      draft.sequence = ++this.#sequence;
    }
    return drafts;
  }

  #encode(type: EventType, data: EventData): string {
    const json = encodeData(type, data);
    // No text in it is longer than the whole.
    return json.length > this.#maxContentChars ? cutContent(json, this.#maxContentChars) : json;
  }

  #draft(type: EventType, micros: number, hash: string, data: string): QueuedEvent {
    return { conversation: this, type, micros, sequence: 0, hash, data, encoded: undefined };
  }

  #place(micros: number): number {
    if (micros < this.#last.true) return micros;
    this.#last.true = micros;
    this.#last.sent = Math.max(micros, this.#last.sent + 1);
    return this.#last.sent;
  }
}

/** Cuts what may be of any length, and leaves alone the words of which the server knows but a few. */
function cutContent(json: string, maxChars: number): string {
  const { author_role, message_type, outcome, otel, ...told } = JSON.parse(json) as EventData;
  return JSON.stringify({ author_role, message_type, outcome, ...cutTexts(told, maxChars), otel });
}

/** The start is honoured in the first request only, and counts as earliest there. */
function rank(draft: QueuedEvent): number {
  return draft.type === "session_start" ? 0 : 1;
}
