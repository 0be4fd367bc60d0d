import type { Inherited } from "@kit/genai";
import type { AgentPulseEvent } from "./event.js";
import type { ReadableSpan } from "./readable-span.js";
import type { SpanType } from "./span-type.js";

/**
 * What of a span is told: its start, its end (nearly always all there is), the model call under its other name, the
 * session of a job's run, the talk of a session.
 */
export interface SpanSource {
  readonly part: "start" | "end" | "second" | "run" | "transcript";
  readonly span: ReadableSpan;
  readonly type: SpanType;
  /** What held where the span began, for spans that do not carry it themselves. */
  readonly inherited: Inherited | undefined;
}

/** What an event is made of, once a batch is formed. */
export type Source = SpanSource | { readonly part: "ready"; readonly event: AgentPulseEvent };

/** An event that waits. The application only pays for this object. */
export interface QueuedEvent {
  /** Given up for the line, which is smaller. */
  source: Source | undefined;
  /** The event as JSON; `null` when its source had nothing to tell. */
  line: string | null | undefined;
}
