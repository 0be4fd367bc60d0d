import { ATTR, type Inherited } from "@kit/genai";
import type { SpanSource } from "./queued-event.js";
import type { ReadableSpan } from "./readable-span.js";
import type { Settings } from "./settings.js";
import { readSpanType, type SpanType } from "./span-type.js";

/** A job's run that has a session of its own. */
const RUN_KEY = /:run:[0-9a-f]{16}$/;

/** What a span tells when it begins: sessions always, others only when asked for. */
export function* readStart(
  span: ReadableSpan,
  inherited: Inherited | undefined,
  { emitSpanStart, exportSpans }: Settings,
): Generator<SpanSource> {
  const type = readSpanType(span.attributes, exportSpans);
  const wanted = type?.event === "session" || (emitSpanStart && isLasting(type));
  if (type && wanted) yield { part: "start", span, type, inherited };
}

/** What a span tells when it has ended. */
export function* readEnd(
  span: ReadableSpan,
  inherited: Inherited | undefined,
  { exportSpans, llmEvents, captureMessages }: Settings,
): Generator<SpanSource> {
  const type = readSpanType(span.attributes, exportSpans);
  if (type === undefined) return;
  yield { part: "end", span, type, inherited };
  if (type.event === "llm" && llmEvents === "both") yield { part: "second", span, type, inherited };
  if (type.event === "session" && captureMessages) yield { part: "transcript", span, type, inherited };
  if (type.event === "cron" && RUN_KEY.test(String(span.attributes[ATTR.sessionId]))) {
    yield { part: "run", span, type, inherited };
  }
}

function isLasting(type: SpanType | undefined): boolean {
  return type?.event === "llm" || type?.event === "span";
}
