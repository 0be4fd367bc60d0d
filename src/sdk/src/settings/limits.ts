import type { LogRecordLimits } from "@opentelemetry/sdk-logs";
import type { SpanLimits } from "@opentelemetry/sdk-trace";
import type { Configuration } from "../configuration.js";

/**
 * How much one span may carry, by the variables of OpenTelemetry; the general ones count where the span's own is not set.
 * For events and links, OpenTelemetry's SDK has other names than its specification: both are read.
 */
export function readSpanLimits(configuration: Configuration): Required<SpanLimits> {
  return {
    ...readAttributeLimits("OTEL_SPAN", configuration),
    eventCountLimit: limit(configuration, 128, "OTEL_SPAN_EVENT_COUNT_LIMIT"),
    linkCountLimit: limit(configuration, 128, "OTEL_SPAN_LINK_COUNT_LIMIT"),
    attributePerEventCountLimit: limit(
      configuration,
      128,
      "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
      "OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT",
    ),
    attributePerLinkCountLimit: limit(
      configuration,
      128,
      "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
      "OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT",
    ),
  };
}

/** The same for one log record. */
export function readLogRecordLimits(configuration: Configuration): Required<LogRecordLimits> {
  return readAttributeLimits("OTEL_LOGRECORD", configuration);
}

function readAttributeLimits(prefix: string, configuration: Configuration) {
  return {
    attributeCountLimit: limit(
      configuration,
      128,
      `${prefix}_ATTRIBUTE_COUNT_LIMIT`,
      "OTEL_ATTRIBUTE_COUNT_LIMIT",
    ),
    attributeValueLengthLimit: limit(
      configuration,
      Number.POSITIVE_INFINITY,
      `${prefix}_ATTRIBUTE_VALUE_LENGTH_LIMIT`,
      "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    ),
  };
}

function limit(configuration: Configuration, fallback: number, ...variables: string[]): number {
  return configuration.number({ variables }, fallback, { min: 0, integer: true });
}
