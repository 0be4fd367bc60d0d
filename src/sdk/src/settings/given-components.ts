import type { Instrumentation } from "@opentelemetry/instrumentation";
import type { Sampler, SpanProcessor } from "@opentelemetry/sdk-trace";
import type { Configuration, Report } from "../configuration.js";
import type { InitOptions } from "./options.js";

const OBJECTS = [
  "otlp",
  "batch",
  "agentpulse",
  "resourceAttributes",
] as const satisfies readonly (keyof InitOptions)[];

/** The options without what cannot be read as such: plain JavaScript may pass anything. */
export function readOptions(given: unknown, report: Report): InitOptions {
  if (given == null) return {};
  if (typeof given !== "object") {
    report("the options are not an object; they are ignored.");
    return {};
  }
  let options: InitOptions = given;
  for (const name of OBJECTS) {
    if (options[name] == null || typeof options[name] === "object") continue;
    report(`${name} is not an object; it is ignored.`);
    options = { ...options, [name]: undefined };
  }
  return options;
}

/**
 * Checks components that the application passed in. One that lacks a method would later throw in the middle of the
 * application, with every span, so it is reported and left out.
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

/** The application's own sampler; `undefined` if there is none, or it cannot be used. */
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
