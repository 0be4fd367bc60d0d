import type { GenAIInstrumentationConfig } from "@kit/genai";
import { OpenAIInstrumentation } from "@kit/instrumentation-openai";
import type { Instrumentation } from "@opentelemetry/instrumentation";
import type { Configuration } from "./configuration.js";
import type { InitOptions } from "./options.js";

/** An instrumentation that comes with the kit. */
export interface Adapter {
  /** Its name in `OTEL_NODE_ENABLED_INSTRUMENTATIONS`. */
  readonly name: string;
  /** Import specifiers that the module hooks must see; everything else stays untouched. */
  readonly modules: readonly string[];
  readonly create: (config: GenAIInstrumentationConfig) => Instrumentation;
}

/** One line for each library. */
export const ADAPTERS: readonly Adapter[] = [
  { name: "openai", modules: ["openai"], create: (config) => new OpenAIInstrumentation(config) },
];

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

/** Content options for every adapter. */
export function toAdapterConfig(options: InitOptions): GenAIInstrumentationConfig {
  return {
    captureMessageContent: options.captureMessages,
    redact: options.redact,
    maxContentLength: options.maxContentLength,
    prices: options.prices,
  };
}
