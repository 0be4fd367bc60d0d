import { type Context, context, createContextKey, propagation, type Tracer, trace } from "@opentelemetry/api";
import type { Config } from "../config.js";
import { VERSION } from "../version.js";
import { safely } from "./safely.js";

export const SCOPE = "@kit/sprites";

/**
 * The key under which OpenTelemetry's own packages look for suppression. Context keys are registered symbols, so this
 * is the same key as in `@opentelemetry/core`, without that dependency.
 */
const SUPPRESS_TRACING = createContextKey("OpenTelemetry SDK Context Key SUPPRESS_TRACING");

/** Runs `work` with HTTP and socket instrumentations silent: the operation has its span already. */
export function withoutTracing<T>(work: () => T): T {
  return context.with(context.active().setValue(SUPPRESS_TRACING, true), work);
}

export function getTracer(config: Config): Tracer {
  return (config.tracerProvider ?? trace.getTracerProvider()).getTracer(SCOPE, VERSION);
}

/** Our classes by name; what an abort signal carries is `aborted`, whatever its type. */
export function errorType(error: unknown, signal?: AbortSignal): string {
  if (signal?.aborted && error === signal.reason) return "aborted";
  return error instanceof Error ? error.name : "_OTHER";
}

/** W3C headers for the API itself, when asked for. */
export function propagationHeaders(config: Config, from: Context): Record<string, string> {
  return config.propagateContext ? inject(from) : {};
}

/**
 * The trace context as environment variables: the propagator's keys in upper case, other characters as `_`
 * (OpenTelemetry's environment carrier).
 */
export function propagationEnv(from: Context): Record<string, string> {
  const names = Object.entries(inject(from)).map(([key, value]) => [
    key.toUpperCase().replace(/[^A-Z0-9_]/g, "_"),
    value,
  ]);
  return Object.fromEntries(names);
}

function inject(from: Context): Record<string, string> {
  const carrier: Record<string, string> = {};
  safely(() => propagation.inject(from, carrier));
  return carrier;
}
