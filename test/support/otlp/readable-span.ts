import { type Attributes, type HrTime, type SpanContext, TraceFlags } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import type { CollectedSpan } from "./collected.js";

/** What arrived over the wire as the span it was, for code that takes those: the checks, the tree for the terminal. */
export function toReadableSpan(span: CollectedSpan): ReadableSpan {
  const { traceId, parentSpanId } = span;
  const startTime = toHrTime(span.startNanos);
  const endTime = toHrTime(span.startNanos + span.durationNanos);
  const contextOf = (spanId: string): SpanContext => ({ traceId, spanId, traceFlags: TraceFlags.SAMPLED });
  return {
    name: span.name,
    kind: span.kind - 1,
    spanContext: () => contextOf(span.spanId),
    ...(parentSpanId !== undefined && { parentSpanContext: contextOf(parentSpanId) }),
    startTime,
    endTime,
    duration: toHrTime(span.durationNanos),
    ended: true,
    status: { code: span.status.code, ...(span.status.message && { message: span.status.message }) },
    attributes: span.attributes as Attributes,
    events: span.events.map(({ name, attributes }) => ({
      name,
      time: startTime,
      attributes: attributes as Attributes,
    })),
    links: span.links.map((link) => ({ context: { ...link, traceFlags: TraceFlags.SAMPLED } })),
    resource: resourceFromAttributes(span.resource as Attributes),
    instrumentationScope: span.scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function toHrTime(nanos: bigint): HrTime {
  return [Number(nanos / 1_000_000_000n), Number(nanos % 1_000_000_000n)];
}
