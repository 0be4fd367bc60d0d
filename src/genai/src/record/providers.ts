import { type MeterProvider, metrics, type TracerProvider, trace } from "@opentelemetry/api";
import { type LoggerProvider, logs } from "@opentelemetry/api-logs";

/** The providers that an instrumentation was given; the global ones are used for the others. */
export interface Providers {
  tracerProvider?: TracerProvider;
  meterProvider?: MeterProvider;
  loggerProvider?: LoggerProvider;
}

/** Where the 2.x line keeps its global LoggerProvider. */
const LOGS_2 = Symbol.for("io.opentelemetry.js.api.logs");
/** Where the 3.x line keeps it, with the rest of the API: logs moved into `@opentelemetry/api` 1.10. */
const API_3 = Symbol.for("opentelemetry.js.api.1");

/** Fills in the current global providers. */
export function resolveProviders(given: Providers | undefined): Required<Providers> {
  return {
    tracerProvider: given?.tracerProvider ?? trace.getTracerProvider(),
    meterProvider: given?.meterProvider ?? metrics.getMeterProvider(),
    loggerProvider: given?.loggerProvider ?? globalLoggerProvider(),
  };
}

function globalLoggerProvider(): LoggerProvider {
  const known = globalThis as { [LOGS_2]?: unknown; [API_3]?: { logs?: LoggerProvider } };
  const newer = known[API_3]?.logs;
  return known[LOGS_2] === undefined && typeof newer?.getLogger === "function"
    ? newer
    : logs.getLoggerProvider();
}
