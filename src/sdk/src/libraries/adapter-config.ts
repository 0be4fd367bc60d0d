import type { ContentCapture, GenAIInstrumentationConfig } from "@kit/genai";
import type { CostMatch, PriceOverrides } from "@kit/genai/core";
import type { Configuration } from "../configuration.js";
import type { InitOptions } from "../settings/options.js";
import type { Adapter } from "./adapters.js";

/** A Map, because an object would list the digits first when the choices are shown. */
const CAPTURE_MODES = new Map<string, ContentCapture>([
  ["NO_CONTENT", "NO_CONTENT"],
  ["SPAN_ONLY", "SPAN_ONLY"],
  ["EVENT_ONLY", "EVENT_ONLY"],
  ["SPAN_AND_EVENT", "SPAN_AND_EVENT"],
  ["true", "SPAN_ONLY"],
  ["yes", "SPAN_ONLY"],
  ["on", "SPAN_ONLY"],
  ["1", "SPAN_ONLY"],
  ["false", "NO_CONTENT"],
  ["no", "NO_CONTENT"],
  ["off", "NO_CONTENT"],
  ["0", "NO_CONTENT"],
]);

/** Reads where content is to be recorded. */
export function readContentCapture(options: InitOptions, configuration: Configuration): ContentCapture {
  const mode = configuration.choice(
    {
      option: "captureMessages",
      value: options.captureMessages,
      variables: ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "AGENTPULSE_CAPTURE_MESSAGES"],
    },
    [...CAPTURE_MODES.keys()],
    "NO_CONTENT",
  );
  return CAPTURE_MODES.get(mode) ?? "NO_CONTENT";
}

/** Configuration of an adapter, read when it is created: a wrong option for an unused library is not reported. */
export function toAdapterConfig(
  options: InitOptions,
  configuration: Configuration,
): (adapter: Adapter) => GenAIInstrumentationConfig {
  const common: GenAIInstrumentationConfig = {
    captureMessageContent: readContentCapture(options, configuration),
    redact: options.redact,
    maxContentLength: options.maxContentLength,
    captureToolDetails: readCaptureToolDetails(options, configuration),
    prices: readPrices(options),
    costMatch: readCostMatch(options, configuration),
    emitEvents: configuration.boolean({ option: "emitEvents", value: options.emitEvents }, true),
  };
  return ({ nativeVariable }) => ({
    ...common,
    nativeTelemetry: configuration.choice(
      {
        option: "nativeTelemetry",
        value: options.nativeTelemetry,
        variables: nativeVariable === undefined ? [] : [nativeVariable],
      },
      ["ours", "native", "both"] as const,
      "ours",
    ),
  });
}

/** `undefined` has a meaning of its own: only the descriptions of tools that run are recorded. */
function readCaptureToolDetails(options: InitOptions, configuration: Configuration): boolean | undefined {
  const place = { option: "captureToolDetails", value: options.captureToolDetails };
  return configuration.given(place) == null ? undefined : configuration.boolean(place, false);
}

/** Merges both names of the option. */
export function readPrices({ prices, costTableOverride }: InitOptions): PriceOverrides | undefined {
  return prices === undefined && costTableOverride === undefined
    ? undefined
    : { ...costTableOverride, ...prices };
}

export function readCostMatch(options: InitOptions, configuration: Configuration): CostMatch {
  const place = { option: "costMatch", value: options.costMatch };
  return configuration.choice(place, ["strict", "prefix"] as const, "strict");
}
