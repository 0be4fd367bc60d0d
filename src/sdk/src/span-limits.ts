import type { SpanLimits } from "@opentelemetry/sdk-trace";
import type { Configuration } from "./configuration.js";

const COUNT = { min: 0, integer: true };

/** How much one span may carry, by the variables of OpenTelemetry; the general ones count where the span's own is not set. */
export function readSpanLimits(configuration: Configuration): Required<SpanLimits> {
  const limit = (fallback: number, ...variables: string[]) =>
    configuration.number({ variables }, fallback, COUNT);
  return {
    attributeCountLimit: limit(128, "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT"),
    attributeValueLengthLimit: limit(
      Number.POSITIVE_INFINITY,
      "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
      "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    ),
    eventCountLimit: limit(128, "OTEL_SPAN_EVENT_COUNT_LIMIT"),
    linkCountLimit: limit(128, "OTEL_SPAN_LINK_COUNT_LIMIT"),
    attributePerEventCountLimit: limit(128, "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT"),
    attributePerLinkCountLimit: limit(128, "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT"),
  };
}
