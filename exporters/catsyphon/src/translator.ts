import { ATTR } from "@kit/genai/core";
import { SmallSet } from "./bounded/small-set.js";
import { translateChat } from "./conversation/chat.js";
import { addError } from "./conversation/events.js";
import { isNestedTwin, translateTool } from "./conversation/tool.js";
import { readError, readUsage, type SpanError } from "./genai-attributes.js";
import type { Settings } from "./options.js";
import { type ReadableSpan, readString, toMicros } from "./readable-span.js";
import type { QueuedEvent } from "./session/queued-event.js";
import type { Origin, Session } from "./session/session.js";
import { SessionResolver } from "./session/session-resolver.js";
import { SessionStarts } from "./session/session-start.js";
import { Sessions } from "./session/sessions.js";
import { type PlacedSpan, SpanGate } from "./trace/span-gate.js";
import { type SessionIdentity, type SpanNode, TraceIndex, type TraceRecord } from "./trace/trace.js";

/** Translation in small steps, between which other work may run; returns the new events. */
export type TranslationSteps = Generator<undefined, QueuedEvent[], undefined>;

/** Translates spans, in whatever order they end, into the events of sessions. Sends nothing. */
export class Translator {
  readonly #settings: Settings;
  readonly #traces = new TraceIndex();
  readonly #gate: SpanGate;
  readonly #resolver: SessionResolver;
  readonly #starts: SessionStarts;
  readonly #sessions: Sessions;

  readonly #onUnreadable: (error: unknown) => void;

  /** @param onUnreadable called once for each span that is left out, or left unfinished, because reading it failed */
  constructor(settings: Settings, onUnreadable: (error: unknown) => void) {
    this.#settings = settings;
    this.#onUnreadable = onUnreadable;
    this.#gate = new SpanGate(this.#traces, settings, onUnreadable);
    this.#resolver = new SessionResolver(settings);
    this.#starts = new SessionStarts(settings);
    this.#sessions = new Sessions(settings.maxContentChars);
  }

  /** Records a span that has started, so that the spans below it need not wait for its end. */
  onStart(span: ReadableSpan): void {
    this.#traces.shrink();
    this.#traces.record(span, false);
  }

  /** Translates spans that have ended; those whose ancestors are unknown wait. */
  *translate(spans: readonly ReadableSpan[]): TranslationSteps {
    yield* this.#translateAll(this.#gate.pass(spans));
    return this.takeEvents();
  }

  /** Translates spans that have waited for too long, and ends idle sessions. */
  *tick(): TranslationSteps {
    yield* this.#translateAll(this.#gate.releaseExpired());
    const before = performance.now() - this.#settings.idleTimeoutMs;
    for (const session of this.#sessions.idleSince(before)) {
      if (!this.#stays(session, ["shutdown", "never"])) this.#endNow(session, session.outcome);
      yield;
    }
    return this.takeEvents();
  }

  /** Translates every span that waits. */
  *release(): TranslationSteps {
    yield* this.#translateAll(this.#gate.releaseAll());
    return this.takeEvents();
  }

  /** Translates every span that waits and ends every session; `abandoned` if its outermost span is still open. */
  *finish(): TranslationSteps {
    yield* this.#translateAll(this.#gate.releaseAll());
    for (const session of [...this.#sessions.open()]) {
      if (this.#stays(session, ["never"])) continue;
      this.#endNow(session, session.openTraces.size > 0 ? "abandoned" : session.outcome);
      yield;
    }
    return this.takeEvents();
  }

  /** The new events of all sessions; for whoever cannot wait for the last step. */
  takeEvents(): QueuedEvent[] {
    return this.#sessions.takeEvents();
  }

  #stays(session: Session, modes: readonly Settings["endConversation"][]): boolean {
    return session.identity.keyedBy === "application" && modes.includes(this.#settings.endConversation);
  }

  *#translateAll(placed: readonly PlacedSpan[]): Generator<undefined, void, undefined> {
    for (const { trace, node, span } of placed) {
      try {
        this.#translate(trace, node, span);
      } catch (error) {
        this.#onUnreadable(error);
      }
      yield;
    }
  }

  #translate(trace: TraceRecord, node: SpanNode, span: ReadableSpan): void {
    if (node.kind === "chat") this.#translateModelCall(trace, node, span);
    else if (node.kind === "tool" && !isNestedTwin(trace, node)) {
      translateTool(this.#sessionOf(trace, node, span), trace, node, span, this.#settings);
      noteError(trace, node, readError(span));
    } else if (node.kind === "agent") this.#translateAgent(trace, node, span);
    this.#endSessionOf(trace, node, span);
  }

  #translateModelCall(trace: TraceRecord, node: SpanNode, span: ReadableSpan): void {
    const responseId = readString(span.attributes, ATTR.responseId);
    // An instrumented wrapper around a client repeats the call in a span around the client's, which ends later.
    const isKnown = responseId !== undefined && trace.responseIds?.has(responseId);
    const isWrapper = node.chatChild || isKnown;
    for (const ancestor of trace.ancestors(node)) ancestor.chatDescendant = true;
    if (isWrapper) return;
    const parent = trace.parentOf(node);
    if (parent) parent.chatChild = true;
    if (responseId !== undefined) {
      if (trace.responseIds) trace.responseIds.add(responseId);
      else trace.responseIds = new SmallSet(responseId);
    }
    translateChat(this.#sessionOf(trace, node, span), trace, node, span, this.#settings);
    noteError(trace, node, readError(span));
  }

  #translateAgent(trace: TraceRecord, node: SpanNode, span: ReadableSpan): void {
    const session = this.#sessionOf(trace, node, span);
    const { attributes } = span;
    const content =
      attributes[ATTR.inputMessages] ?? attributes[ATTR.outputMessages] ?? readUsage(attributes);
    // The model calls of an agent that runs elsewhere are not traced here: its own span has the messages.
    if (!node.chatDescendant && content !== undefined) {
      translateChat(session, trace, node, span, this.#settings);
      noteError(trace, node, readError(span));
      return;
    }
    const error = readError(span);
    if (!error || node.reportedErrors?.has(toKey(error))) return;
    const details = { operation: readString(attributes, ATTR.operationName), agent: node.agentName };
    const origin = { traceId: trace.traceId, spanId: node.spanId };
    addError(session, origin, session.endOf(span), this.#settings, { ...error, details });
    noteError(trace, node, error);
  }

  /** The session of a span, started if need be, after that of the calling agent. */
  #sessionOf(trace: TraceRecord, node: SpanNode, span: ReadableSpan): Session {
    const identity = this.#resolver.resolve(trace, node, span);
    const parent = this.#parentSession(trace, node, span, identity);
    const session = this.#sessions.of(identity, parent);
    if (trace.sessionIds) trace.sessionIds.add(identity.sessionId);
    else trace.sessionIds = new SmallSet(identity.sessionId);
    if (!trace.rootOf(node).ended) session.openTraces.set(trace.traceId, true);
    session.lastActivityMs = performance.now();
    this.#begin(session, trace, node, span);
    return session;
  }

  #parentSession(
    trace: TraceRecord,
    node: SpanNode,
    span: ReadableSpan,
    identity: SessionIdentity,
  ): Session | undefined {
    if (identity.parentSessionId === undefined) return undefined;
    for (const ancestor of trace.ancestors(node)) {
      if (ancestor.identity?.sessionId !== identity.parentSessionId) continue;
      const outer = this.#parentSession(trace, ancestor, span, ancestor.identity);
      const parent = this.#sessions.of(ancestor.identity, outer);
      this.#begin(parent, trace, ancestor, span);
      return parent;
    }
    return undefined;
  }

  #begin(session: Session, trace: TraceRecord, node: SpanNode, span: ReadableSpan): void {
    // A conversation may go on after it was ended; a trace or an agent's run does not.
    if (session.identity.keyedBy === "application") session.ended = false;
    if (session.started) return;
    const data = this.#starts.describe(session.identity, trace, node, span);
    const origin = { traceId: trace.traceId, spanId: node.spanId };
    session.start(origin, toMicros(span.startTime), data);
  }

  /** Ends what ends with this span: an agent's session with its span, the others with the outermost one. */
  #endSessionOf(trace: TraceRecord, node: SpanNode, span: ReadableSpan): void {
    const outcome = readError(span) ? "failed" : "success";
    const origin = { traceId: trace.traceId, spanId: node.spanId };
    const { identity } = node;
    if (identity?.keyedBy === "agent" && trace.parentOf(node)?.identity !== identity) {
      const own = this.#sessions.get(identity.sessionId);
      if (own) this.#end(own, outcome, origin, own.endOf(span));
    }
    if (!node.isLocalRoot) return;
    for (const sessionId of trace.sessionIds ?? []) {
      const session = this.#sessions.get(sessionId);
      if (!session) continue;
      session.openTraces.delete(trace.traceId);
      if (session.identity.keyedBy === "agent") continue;
      session.outcome = outcome;
      const ends = session.identity.keyedBy === "trace" || this.#settings.endConversation === "turn";
      if (ends) this.#end(session, outcome, origin, session.endOf(span));
    }
  }

  #endNow(session: Session, outcome: "success" | "failed" | "abandoned"): void {
    const origin = session.lastOrigin ?? { traceId: "", spanId: "" };
    this.#end(session, outcome, origin, session.lastMicros + 1);
  }

  #end(session: Session, outcome: string, origin: Origin, micros: number): void {
    if (session.ended) return;
    const key = ["se", session.sessionId, origin.spanId];
    session.add(key, "session_end", micros, origin, { outcome });
    session.ended = true;
  }
}

function noteError(trace: TraceRecord, node: SpanNode, error: SpanError | undefined): void {
  if (!error) return;
  for (const ancestor of trace.ancestors(node)) {
    if (ancestor.reportedErrors) ancestor.reportedErrors.add(toKey(error));
    else ancestor.reportedErrors = new SmallSet(toKey(error));
  }
}

function toKey({ type, message }: SpanError): string {
  return `${type}\n${message}`;
}
