import { ATTR } from "@kit/genai/core";
import { diag } from "@opentelemetry/api";
import { tellChat } from "./chat.js";
import type { Conversation, Origin } from "./conversation.js";
import { Conversations } from "./conversations.js";
import { Few } from "./few.js";
import type { Settings } from "./options.js";
import type { QueuedEvent } from "./queued-event.js";
import { type ReadableSpan, readString, toMicros } from "./readable-span.js";
import { SessionChooser } from "./session-choice.js";
import { SessionStarts } from "./session-start.js";
import { type PlacedSpan, SpanGate } from "./span-gate.js";
import { readError, readUsage, type SpanError } from "./span-kind.js";
import { tellError } from "./tell.js";
import { isNestedTwin, tellTool } from "./tool.js";
import { type SessionChoice, type SpanNode, TraceIndex, type TraceRecord } from "./trace.js";

/** Work in small steps, between which time may pass; in the end there are the news. */
export type Steps = Generator<undefined, QueuedEvent[], undefined>;

/** Turns spans, in whatever order they end, into the events of readable conversations. Sends nothing. */
export class Translator {
  readonly #settings: Settings;
  readonly #traces = new TraceIndex();
  readonly #gate: SpanGate;
  readonly #chooser: SessionChooser;
  readonly #starts: SessionStarts;
  readonly #conversations: Conversations;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#gate = new SpanGate(this.#traces, settings);
    this.#chooser = new SessionChooser(settings);
    this.#starts = new SessionStarts(settings);
    this.#conversations = new Conversations(settings.maxContentChars);
  }

  /** Spans that wait for their ancestors. */
  get heldCount(): number {
    return this.#gate.heldCount;
  }

  get openSessions(): number {
    return this.#conversations.openCount;
  }

  /** Notes a span that has begun, so that nothing below it has to wait for its end. */
  begin(span: ReadableSpan): void {
    this.#traces.shrink();
    this.#traces.note(span, false);
  }

  /** Takes spans that have ended. */
  *accept(spans: readonly ReadableSpan[]): Steps {
    return yield* this.#tellAll(this.#gate.pass(spans));
  }

  /** Tells what has waited long enough, and ends the sessions nothing was heard of for long. */
  *tick(): Steps {
    const events = yield* this.#tellAll(this.#gate.releaseExpired());
    const before = Date.now() - this.#settings.idleTimeoutMs;
    for (const conversation of this.#conversations.idleSince(before)) {
      if (!this.#stays(conversation, ["shutdown", "never"])) this.#endNow(conversation, conversation.outcome);
      yield;
    }
    return [...events, ...this.#conversations.takeNews()];
  }

  /** Tells all that waits. */
  *release(): Steps {
    return yield* this.#tellAll(this.#gate.releaseAll());
  }

  /** Tells all that waits and ends every session; those whose outermost span is still open were abandoned. */
  *finish(): Steps {
    const events = yield* this.release();
    for (const conversation of [...this.#conversations.open()]) {
      if (this.#stays(conversation, ["never"])) continue;
      this.#endNow(conversation, conversation.openTraces.size > 0 ? "abandoned" : conversation.outcome);
      yield;
    }
    return [...events, ...this.#conversations.takeNews()];
  }

  #stays(conversation: Conversation, modes: readonly Settings["endConversation"][]): boolean {
    return conversation.choice.keyedBy === "application" && modes.includes(this.#settings.endConversation);
  }

  *#tellAll(placed: readonly PlacedSpan[]): Steps {
    for (const { trace, node, span } of placed) {
      try {
        this.#tell(trace, node, span);
      } catch (error) {
        diag.error("CatSyphon exporter: a span could not be told", error);
      }
      yield;
    }
    return this.#conversations.takeNews();
  }

  #tell(trace: TraceRecord, node: SpanNode, span: ReadableSpan): void {
    if (node.kind === "chat") this.#tellModelCall(trace, node, span);
    else if (node.kind === "tool" && !isNestedTwin(trace, node)) {
      tellTool(this.#conversationOf(trace, node, span), trace, node, span, this.#settings);
      noteError(trace, node, readError(span));
    } else if (node.kind === "agent") this.#tellAgent(trace, node, span);
    this.#endSessionOf(trace, node, span);
  }

  #tellModelCall(trace: TraceRecord, node: SpanNode, span: ReadableSpan): void {
    const responseId = readString(span.attributes, ATTR.responseId);
    // A wrapper around a client tells the same call again, from outside and therefore later.
    const isKnown = responseId !== undefined && trace.responseIds?.has(responseId);
    const isWrapper = node.chatChild || isKnown;
    for (const ancestor of trace.ancestors(node)) ancestor.chatDescendant = true;
    if (isWrapper) return;
    const parent = trace.parentOf(node);
    if (parent) parent.chatChild = true;
    if (responseId !== undefined) {
      if (trace.responseIds) trace.responseIds.add(responseId);
      else trace.responseIds = new Few(responseId);
    }
    tellChat(this.#conversationOf(trace, node, span), trace, node, span, this.#settings);
    noteError(trace, node, readError(span));
  }

  #tellAgent(trace: TraceRecord, node: SpanNode, span: ReadableSpan): void {
    const conversation = this.#conversationOf(trace, node, span);
    const { attributes } = span;
    const speaks = attributes[ATTR.inputMessages] ?? attributes[ATTR.outputMessages] ?? readUsage(attributes);
    // An agent that runs elsewhere is seen only from outside: its span is all there is of its talk.
    if (!node.chatDescendant && speaks !== undefined) {
      tellChat(conversation, trace, node, span, this.#settings);
      noteError(trace, node, readError(span));
      return;
    }
    const error = readError(span);
    if (!error || node.reportedErrors?.has(toKey(error))) return;
    const details = { operation: readString(attributes, ATTR.operationName), agent: node.agentName };
    const origin = { traceId: trace.traceId, spanId: node.spanId };
    tellError(conversation, origin, toMicros(span.endTime), this.#settings, { ...error, details });
    noteError(trace, node, error);
  }

  /** The conversation of a span, begun if need be; that of the calling agent first. */
  #conversationOf(trace: TraceRecord, node: SpanNode, span: ReadableSpan): Conversation {
    const choice = this.#chooser.choose(trace, node, span);
    const parent = this.#parentConversation(trace, node, span, choice);
    const conversation = this.#conversations.of(choice, parent);
    if (trace.sessionIds) trace.sessionIds.add(choice.sessionId);
    else trace.sessionIds = new Few(choice.sessionId);
    if (!this.#conversations.rootOf(trace, node).ended) conversation.openTraces.set(trace.traceId, true);
    conversation.lastActivityMs = Date.now();
    this.#begin(conversation, trace, node, span);
    return conversation;
  }

  #parentConversation(
    trace: TraceRecord,
    node: SpanNode,
    span: ReadableSpan,
    choice: SessionChoice,
  ): Conversation | undefined {
    if (choice.parentSessionId === undefined) return undefined;
    for (const ancestor of trace.ancestors(node)) {
      if (ancestor.choice?.sessionId !== choice.parentSessionId) continue;
      const outer = this.#parentConversation(trace, ancestor, span, ancestor.choice);
      const parent = this.#conversations.of(ancestor.choice, outer);
      this.#begin(parent, trace, ancestor, span);
      return parent;
    }
    return undefined;
  }

  #begin(conversation: Conversation, trace: TraceRecord, node: SpanNode, span: ReadableSpan): void {
    // A conversation may go on after it was ended; a trace or an agent's run does not.
    if (conversation.choice.keyedBy === "application") conversation.ended = false;
    if (conversation.started) return;
    const data = this.#starts.describe(conversation.choice, trace, node, span);
    const origin = { traceId: trace.traceId, spanId: node.spanId };
    conversation.start(origin, toMicros(span.startTime), data);
  }

  /** Ends what ends with this span: an agent's session with its span, the others with the outermost one. */
  #endSessionOf(trace: TraceRecord, node: SpanNode, span: ReadableSpan): void {
    const outcome = readError(span) ? "failed" : "success";
    const origin = { traceId: trace.traceId, spanId: node.spanId };
    const { choice } = node;
    if (choice?.keyedBy === "agent" && trace.parentOf(node)?.choice !== choice) {
      const own = this.#conversations.get(choice.sessionId);
      if (own) this.#end(own, outcome, origin, toMicros(span.endTime));
    }
    if (!node.isLocalRoot) return;
    for (const sessionId of trace.sessionIds ?? []) {
      const conversation = this.#conversations.get(sessionId);
      if (!conversation) continue;
      conversation.openTraces.delete(trace.traceId);
      if (conversation.choice.keyedBy === "agent") continue;
      conversation.outcome = outcome;
      const ends = conversation.choice.keyedBy === "trace" || this.#settings.endConversation === "turn";
      if (ends) this.#end(conversation, outcome, origin, toMicros(span.endTime));
    }
  }

  #endNow(conversation: Conversation, outcome: "success" | "failed" | "abandoned"): void {
    const origin = conversation.lastOrigin ?? { traceId: "", spanId: "" };
    this.#end(conversation, outcome, origin, conversation.lastMicros + 1);
  }

  #end(conversation: Conversation, outcome: string, origin: Origin, micros: number): void {
    if (conversation.ended) return;
    const key = ["se", conversation.sessionId, origin.spanId];
    conversation.tell(key, "session_end", micros, origin, { outcome });
    conversation.ended = true;
  }
}

function noteError(trace: TraceRecord, node: SpanNode, error: SpanError | undefined): void {
  if (!error) return;
  for (const ancestor of trace.ancestors(node)) {
    if (ancestor.reportedErrors) ancestor.reportedErrors.add(toKey(error));
    else ancestor.reportedErrors = new Few(toKey(error));
  }
}

function toKey({ type, message }: SpanError): string {
  return `${type}\n${message}`;
}
