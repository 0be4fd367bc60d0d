import { inheritedAttributes, isTracingSuppressed } from "@kit/genai/core";
import { type Attributes, context, type HrTime, type Span } from "@opentelemetry/api";
import { attempt } from "./attempt.js";
import { currentTracer } from "./telemetry.js";

/** Records a moment of the current trace: a span that ends when it starts. */
export function recordMoment(spanName: string, attributes: Attributes): void {
  attempt(() => {
    const active = context.active();
    if (isTracingSuppressed(active)) return;
    const all = { ...inheritedAttributes(active), ...attributes };
    const span = currentTracer().startSpan(spanName, { attributes: all }, active);
    span.end(startOf(span));
  });
}

/** When the span started by its own clock, so that its length is zero; spans of the bare API do not say. */
function startOf(span: Span): HrTime | undefined {
  return (span as Span & { startTime?: HrTime }).startTime;
}
