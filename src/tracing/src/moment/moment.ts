import { inheritedAttributes, isTracingSuppressed } from "@kit/genai/core";
import { type Attributes, context, type HrTime, type Span } from "@opentelemetry/api";
import { attempt } from "../attempt.js";
import { currentTracer } from "../telemetry.js";

/**
 * Records a moment in the current trace: a span that ends when it starts. `more` holds the attributes that samplers do not
 * need; it is called only if the span is recorded.
 */
export function recordMoment(spanName: string, attributes: Attributes, more: () => Attributes): void {
  const active = context.active();
  if (isTracingSuppressed(active)) return;
  const span = currentTracer().startSpan(
    spanName,
    { attributes: Object.assign(inheritedAttributes(active), attributes) },
    active,
  );
  if (!span.isRecording()) return;
  attempt(() => span.setAttributes(more()));
  span.end(startOf(span));
}

/** The span's own start time, so that its length is zero; spans of the bare API have none. */
function startOf(span: Span): HrTime | undefined {
  return (span as Span & { startTime?: HrTime }).startTime;
}
