import type { Inherited } from "@kit/genai/core";
import type { ReadableSpan } from "../span/readable-span.js";
import type { SpanType } from "../span/span-type.js";
import type { AgentPulseEvent } from "./event.js";

/**
 * What the event reports of a span: its start, its end (usually the only one), the model call under its second name, the
 * session of a job's run, or the transcript of a session.
 */
export type Part = "start" | "end" | "second" | "run" | "transcript";

/** What an event is made from when its batch is formed. */
export interface Source {
  readonly part: Part;
  readonly span: ReadableSpan;
  readonly type: SpanType;
  /** What the span inherited when it started, unless it carries that itself. */
  readonly inherited: Inherited | undefined;
}

/**
 * A waiting event: a single flat object, because thousands of them make up the queue's memory. It holds its source until it
 * is encoded, and its line afterwards.
 */
export interface QueuedEvent {
  readonly part: Part;
  span: ReadableSpan | undefined;
  readonly type: SpanType | undefined;
  readonly inherited: Inherited | undefined;
  /** An event that was not made from a span. */
  event: AgentPulseEvent | undefined;
  /** The event as JSON; `null` if there is nothing to send. */
  line: string | null | undefined;
}

export function queueSpan(
  part: Part,
  span: ReadableSpan,
  type: SpanType,
  inherited: Inherited | undefined,
): QueuedEvent {
  return { part, span, type, inherited, event: undefined, line: undefined };
}

export function queueEvent(event: AgentPulseEvent): QueuedEvent {
  return { part: "end", span: undefined, type: undefined, inherited: undefined, event, line: undefined };
}
