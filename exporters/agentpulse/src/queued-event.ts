import type { Inherited } from "@kit/genai/core";
import type { AgentPulseEvent } from "./event.js";
import type { ReadableSpan } from "./readable-span.js";
import type { SpanType } from "./span-type.js";

/**
 * What of a span is told: its start, its end (nearly always all there is), the model call under its other name, the
 * session of a job's run, the talk of a session.
 */
export type Part = "start" | "end" | "second" | "run" | "transcript";

/** What an event is made of, once a batch is formed. */
export interface Source {
  readonly part: Part;
  readonly span: ReadableSpan;
  readonly type: SpanType;
  /** What held where the span began, for spans that do not carry it themselves. */
  readonly inherited: Inherited | undefined;
}

/**
 * An event that waits: a single flat object, because thousands of them are what the queue costs the application.
 * It holds its source until it is encoded, its line afterwards.
 */
export interface QueuedEvent {
  readonly part: Part;
  span: ReadableSpan | undefined;
  readonly type: SpanType | undefined;
  readonly inherited: Inherited | undefined;
  /** An event that comes of no span. */
  event: AgentPulseEvent | undefined;
  /** The event as JSON; `null` when there is nothing to tell. */
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
