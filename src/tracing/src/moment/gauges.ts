import { type Gauge, type MeterProvider, metrics } from "@opentelemetry/api";
import { tell } from "../attempt.js";
import { isTracingEnabled, meterOf } from "../telemetry.js";

/** More names than this mean that values have got into the names; they would be kept for ever. */
const MAX_GAUGES = 500;

/** Gauges by name, kept as long as the provider that made them. */
const GAUGES = new WeakMap<MeterProvider, Map<string, Gauge>>();

/** The gauge of that name, from the current provider; `undefined` while tracing is off or if there are too many names. */
export function currentGauge(name: string): Gauge | undefined {
  if (!isTracingEnabled()) return undefined;
  const provider = metrics.getMeterProvider();
  const gauges = GAUGES.get(provider) ?? new Map<string, Gauge>();
  GAUGES.set(provider, gauges);
  const known = gauges.get(name);
  if (known !== undefined) return known;
  if (gauges.size >= MAX_GAUGES) return undefined;
  const gauge = meterOf(provider).createGauge(toInstrumentName(name));
  gauges.set(name, gauge);
  if (gauges.size === MAX_GAUGES)
    tell("warn", () => `${MAX_GAUGES} metric names are in use; new ones only become spans`);
  return gauge;
}

/** Instrument names consist of letters, digits and `_.-/`, and start with a letter. */
function toInstrumentName(name: string): string {
  const safe = name.replace(/[^A-Za-z0-9_.\-/]/g, "_");
  return (/^[A-Za-z]/.test(safe) ? safe : `m_${safe}`).slice(0, 255);
}
