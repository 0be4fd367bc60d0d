import { context, metrics, type Span, trace } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import { Telemetry, type TelemetryOptions } from "../../../test/support/telemetry.js";

/** Telemetry that the global API points at, as an application sees it. */
export function recordGlobally(options?: TelemetryOptions): Telemetry {
  const telemetry = new Telemetry(options);
  forgetGlobals();
  trace.setGlobalTracerProvider(telemetry.tracerProvider);
  metrics.setGlobalMeterProvider(telemetry.meterProvider);
  return telemetry;
}

/** Leaves the API as it is without an SDK; the context manager stays. */
export function forgetGlobals(): void {
  trace.disable();
  metrics.disable();
}

/** The only recorded span of that name. */
export function named(spans: readonly ReadableSpan[], name: string): ReadableSpan {
  const found = spans.filter((span) => span.name === name);
  const [span] = found;
  if (span === undefined || found.length > 1)
    throw new Error(`${found.length} spans ${name} in ${spans.map((each) => each.name).join(", ")}`);
  return span;
}

/** Id of the span that is active right now. */
export function activeSpanId(): string | undefined {
  return (trace.getSpan(context.active()) as Span | undefined)?.spanContext().spanId;
}
