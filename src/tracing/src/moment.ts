import { inheritedAttributes, isTracingSuppressed } from "@kit/genai/core";
import { type Attributes, context, type HrTime, type Span } from "@opentelemetry/api";
import { attempt } from "./attempt.js";
import { currentTracer } from "./telemetry.js";

/**
 * Records a moment of the current trace: a span that ends when it starts. `more` is what samplers do not need; it is
 * put together only when somebody records it.
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

/** When the span started by its own clock, so that its length is zero; spans of the bare API do not say. */
function startOf(span: Span): HrTime | undefined {
  return (span as Span & { startTime?: HrTime }).startTime;
}
