import { createRequire } from "node:module";
import type { ContentCapture, GenAIInstrumentationConfig } from "@kit/genai";
import type { Instrumentation } from "@opentelemetry/instrumentation";
import type { Configuration } from "./configuration.js";
import type { InitOptions } from "./options.js";

/** An instrumentation that comes with the kit. */
export interface Adapter {
  /** Its name in `OTEL_NODE_ENABLED_INSTRUMENTATIONS`. */
  readonly name: string;
  /** The library, then the parts of it that others import: what the module hooks must see, and nothing else. */
  readonly modules: readonly [library: string, ...parts: string[]];
  readonly create: (config: GenAIInstrumentationConfig) => Instrumentation;
}

/** One entry for each library. Required when used, not imported: no application uses them all. */
export const ADAPTERS: readonly Adapter[] = [
  {
    name: "openai",
    modules: ["openai"],
    create: (config) => {
      const adapter: typeof import("@kit/instrumentation-openai") = load("@kit/instrumentation-openai");
      return new adapter.OpenAIInstrumentation(config);
    },
  },
  {
    name: "anthropic",
    // The clients of Bedrock, Vertex AI and Foundry load its parts, and never the module itself.
    modules: ["@anthropic-ai/sdk", "@anthropic-ai/sdk/client", "@anthropic-ai/sdk/resources/index"],
    create: (config) => {
      const adapter: typeof import("@kit/instrumentation-anthropic") = load("@kit/instrumentation-anthropic");
      return new adapter.AnthropicInstrumentation(config);
    },
  },
];

function load(name: string) {
  return createRequire(import.meta.url)(name);
}

/** The adapters that options and variables leave on. */
export function chooseAdapters(
  options: InitOptions,
  configuration: Configuration,
  adapters = ADAPTERS,
): readonly Adapter[] {
  const names = adapters.map(({ name }) => name);
  const enabled = configuration.choices(
    {
      option: "enabledInstrumentations",
      value: options.enabledInstrumentations,
      variables: ["OTEL_NODE_ENABLED_INSTRUMENTATIONS"],
    },
    names,
  );
  const disabled = configuration.choices(
    {
      option: "disabledInstrumentations",
      value: options.disabledInstrumentations,
      variables: ["OTEL_NODE_DISABLED_INSTRUMENTATIONS"],
    },
    names,
  );
  return adapters.filter(({ name }) => (enabled?.includes(name) ?? true) && !disabled?.includes(name));
}

const CAPTURE_MODES = {
  no_content: "NO_CONTENT",
  span_only: "SPAN_ONLY",
  event_only: "EVENT_ONLY",
  span_and_event: "SPAN_AND_EVENT",
  true: "SPAN_ONLY",
  1: "SPAN_ONLY",
  false: "NO_CONTENT",
  0: "NO_CONTENT",
} as const satisfies Record<string, ContentCapture>;

/** Content options for every adapter. */
export function toAdapterConfig(
  options: InitOptions,
  configuration: Configuration,
): GenAIInstrumentationConfig {
  const mode = configuration.choice(
    {
      option: "captureMessages",
      value: options.captureMessages,
      variables: ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"],
    },
    Object.keys(CAPTURE_MODES) as (keyof typeof CAPTURE_MODES & string)[],
    "no_content",
  );
  return {
    captureMessageContent: CAPTURE_MODES[mode],
    redact: options.redact,
    maxContentLength: options.maxContentLength,
    prices: options.prices,
    nativeTelemetry: readNativeTelemetry(options, configuration),
  };
}

/** `undefined` leaves it to the adapter, which has a variable of its own. */
function readNativeTelemetry(options: InitOptions, configuration: Configuration) {
  const place = { option: "nativeTelemetry", value: options.nativeTelemetry };
  if (configuration.given(place) == null) return undefined;
  return configuration.choice(place, ["ours", "native", "both"] as const, "ours");
}
