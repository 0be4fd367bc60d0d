import { LocalDurations, SCHEMA_URL } from "@kit/genai/core";
import {
  type Meter,
  type MeterProvider,
  metrics,
  ProxyTracerProvider,
  type Tracer,
  type TracerProvider,
  trace,
} from "@opentelemetry/api";
import { attempt } from "./attempt.js";
import { VERSION } from "./version.js";

const SCOPE_NAME = "@kit/tracing";
const SCHEMA = { schemaUrl: SCHEMA_URL };

/** Set by `@kit/sdk`, or whatever else assembles telemetry, while nothing is to be recorded. */
const OFF = Symbol.for("@kit/tracing/off");

/** Its spans record nothing. */
const SILENT_TRACER = new ProxyTracerProvider().getTracer("");

export function isTracingEnabled(): boolean {
  return (globalThis as { [OFF]?: boolean })[OFF] !== true;
}

/** Cached, because providers look up their tracers by a string they build each time, which costs a tenth of a span. */
const TRACERS = new WeakMap<TracerProvider, Tracer>();

/** The tracer of the current provider, which may be registered late and go away with a shutdown. */
export function currentTracer(): Tracer {
  if (!isTracingEnabled()) return SILENT_TRACER;
  const registered = trace.getTracerProvider() as TracerProvider & Partial<ProxyTracerProvider>;
  // The API returns the same proxy whichever provider is registered.
  const provider = registered.getDelegate?.() ?? registered;
  let tracer = TRACERS.get(provider);
  if (tracer === undefined) {
    tracer = provider.getTracer(SCOPE_NAME, VERSION, SCHEMA);
    TRACERS.set(provider, tracer);
  }
  return tracer;
}

/** The meter of a provider. */
export function meterOf(provider: MeterProvider): Meter {
  return provider.getMeter(SCOPE_NAME, VERSION, SCHEMA);
}

/** Meters have no proxy, so their instruments are kept for as long as the provider lives. */
const DURATIONS = new WeakMap<MeterProvider, { readonly durations: LocalDurations | undefined }>();

/** The duration metrics of the current provider; `undefined` if metrics go nowhere. */
export function currentDurations(): LocalDurations | undefined {
  if (!isTracingEnabled()) return undefined;
  const provider = metrics.getMeterProvider();
  let known = DURATIONS.get(provider);
  if (known === undefined) {
    known = { durations: attempt(() => LocalDurations.create(meterOf(provider))) };
    DURATIONS.set(provider, known);
  }
  return known.durations;
}
