import type { TextMapPropagator } from "@opentelemetry/api";
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from "@opentelemetry/core";
import type { Configuration } from "../configuration.js";

const PROPAGATORS = {
  tracecontext: () => [new W3CTraceContextPropagator()],
  baggage: () => [new W3CBaggagePropagator()],
  none: () => [],
} as const satisfies Record<string, () => TextMapPropagator[]>;

const DEFAULT: readonly (keyof typeof PROPAGATORS)[] = ["tracecontext", "baggage"];

/** How trace context travels to other processes, by `OTEL_PROPAGATORS`; by default as the W3C says. */
export function readPropagator(configuration: Configuration): TextMapPropagator {
  const known = Object.keys(PROPAGATORS) as (keyof typeof PROPAGATORS)[];
  const place = { variables: ["OTEL_PROPAGATORS"] };
  const names = configuration.choices(place, known);
  const chosen = names?.length ? names : DEFAULT;
  if (chosen === DEFAULT) configuration.note(place, DEFAULT, undefined);
  const propagators = chosen.includes("none") ? [] : chosen.flatMap((name) => PROPAGATORS[name]());
  return new CompositePropagator({ propagators });
}
