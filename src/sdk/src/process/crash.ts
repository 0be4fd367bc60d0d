import { SpanKind, SpanStatusCode, type TracerProvider } from "@opentelemetry/api";
import { lazy } from "../lazy-packages.js";
import { VERSION } from "../version.js";

/**
 * Records an exception that nothing has caught as a zero-length span, in the trace it happened in. It usually ends the
 * process; a listener of the application may prevent that. This only monitors, so Node prints and exits as it would
 * anyway. Returns a function that removes it.
 */
export function recordCrashes(providerOf: () => TracerProvider): () => void {
  const onCrash = (error: unknown, origin: NodeJS.UncaughtExceptionOrigin) => {
    try {
      record(error, origin, providerOf());
    } catch {
      // A failure here must not hide the crash itself.
    }
  };
  process.on("uncaughtExceptionMonitor", onCrash);
  return () => {
    process.removeListener("uncaughtExceptionMonitor", onCrash);
  };
}

function record(error: unknown, origin: NodeJS.UncaughtExceptionOrigin, provider: TracerProvider): void {
  // Loaded only when needed, which is rare.
  const { ATTR, describeError, KIT_ATTR, SCHEMA_URL } = lazy.core();
  const { type, message } = describeError(error);
  const className = error instanceof Error ? error.name : type;
  const startTime = Date.now();
  const span = provider
    .getTracer("@kit/sdk", VERSION, { schemaUrl: SCHEMA_URL })
    .startSpan(`error ${className}`, {
      kind: SpanKind.INTERNAL,
      startTime,
      attributes: {
        [KIT_ATTR.kind]: "error",
        [KIT_ATTR.eventName]: origin,
        [ATTR.errorType]: type,
        [ATTR.exceptionType]: className,
        ...(message !== undefined && { [ATTR.exceptionMessage]: message }),
      },
    });
  span.setStatus({ code: SpanStatusCode.ERROR, ...(message !== undefined && { message }) });
  span.end(startTime);
}
