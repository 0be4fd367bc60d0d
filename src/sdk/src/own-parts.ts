import type { Instrumentation } from "@opentelemetry/instrumentation";
import type { Sampler, SpanProcessor } from "@opentelemetry/sdk-trace";
import type { Configuration } from "./configuration.js";
import type { InitOptions } from "./options.js";

/**
 * Parts that the application made itself. One that lacks what is called later would throw in the middle of the
 * application, with each of its spans: it is reported and left out.
 */
export function readSpanProcessors(options: InitOptions, configuration: Configuration): SpanProcessor[] {
  return readList(
    "spanProcessors",
    options.spanProcessors,
    ["onStart", "onEnd", "forceFlush", "shutdown"],
    configuration,
  );
}

export function readInstrumentations(options: InitOptions, configuration: Configuration): Instrumentation[] {
  const methods = ["enable", "disable", "setTracerProvider", "setMeterProvider"] as const;
  return readList("instrumentations", options.instrumentations, methods, configuration);
}

/** The sampler of the application; `undefined` where there is none to use. */
export function readOwnSampler({ sampler }: InitOptions, configuration: Configuration): Sampler | undefined {
  return sampler == null ? undefined : readList("sampler", [sampler], ["shouldSample"], configuration)[0];
}

function readList<Part extends object>(
  option: keyof InitOptions,
  value: readonly Part[] | undefined,
  methods: readonly (keyof Part)[],
  configuration: Configuration,
): Part[] {
  if (value == null) return [];
  if (!Array.isArray(value)) {
    configuration.report(`${option} is not a list; it is ignored.`);
    return [];
  }
  return value.filter((part: Part | null | undefined) => {
    const missing = methods.find((method) => typeof part?.[method] !== "function");
    if (missing === undefined) return true;
    configuration.report(`${option}: what has no ${String(missing)}() is ignored.`);
    return false;
  });
}
