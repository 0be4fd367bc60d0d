import { ATTR, type Inherited, KIT_ATTR } from "@kit/genai/core";
import type { Settings } from "../options/settings.js";
import type { ReadableSpan } from "../span/readable-span.js";
import { readSpanType } from "../span/span-type.js";
import { type QueuedEvent, queueSpan } from "./queued-event.js";

/** A job's run that has a session of its own. */
const RUN_KEY = /:run:[0-9a-f]{16}$/;

/** Takes an event that waits. */
type Add = (queued: QueuedEvent) => void;

/** What a span tells when it begins: sessions always, others only when asked for. */
export function addStart(
  span: ReadableSpan,
  inherited: Inherited | undefined,
  { emitSpanStart, exportSpans }: Settings,
  add: Add,
): void {
  // Before all else, because nearly no span has anything to tell.
  if (!emitSpanStart && span.attributes[KIT_ATTR.kind] !== "session") return;
  const type = readSpanType(span.attributes, exportSpans);
  const isLasting = type?.event === "llm" || type?.event === "span" || type?.event === "session";
  if (type && isLasting) add(queueSpan("start", span, type, inherited));
}

/** What a span tells when it has ended. */
export function addEnd(
  span: ReadableSpan,
  inherited: Inherited | undefined,
  { exportSpans, llmEvents, captureMessages }: Settings,
  add: Add,
): void {
  const type = readSpanType(span.attributes, exportSpans);
  if (type === undefined) return;
  add(queueSpan("end", span, type, inherited));
  if (type.event === "llm" && llmEvents === "both") add(queueSpan("second", span, type, inherited));
  if (type.event === "session" && captureMessages) add(queueSpan("transcript", span, type, inherited));
  if (type.event === "cron" && RUN_KEY.test(String(span.attributes[ATTR.sessionId]))) {
    add(queueSpan("run", span, type, inherited));
  }
}
