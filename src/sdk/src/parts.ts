import { require } from "./require.js";

/**
 * What only some applications need and no start should wait for: loaded when first asked for, and at once, because a
 * process that exits can wait for no import. `parts-in-bundle.ts` stands in for this where a bundler takes the kit in.
 */
export interface Parts {
  core(): typeof import("@kit/genai/core");
  openai(): typeof import("@kit/instrumentation-openai");
  anthropic(): typeof import("@kit/instrumentation-anthropic");
  langchain(): typeof import("@kit/instrumentation-langchain");
  litellm(): typeof import("@kit/instrumentation-litellm");
  agentpulse(): typeof import("@kit/exporter-agentpulse");
  catsyphon(): typeof import("@kit/exporter-catsyphon");
  catsyphonClient(): typeof import("@kit/catsyphon");
  serializers(): typeof import("@opentelemetry/otlp-transformer");
  metrics(): typeof import("@opentelemetry/sdk-metrics");
  logs(): typeof import("@opentelemetry/sdk-logs");
}

export const parts: Parts = {
  core: () => require("@kit/genai/core"),
  openai: () => require("@kit/instrumentation-openai"),
  anthropic: () => require("@kit/instrumentation-anthropic"),
  langchain: () => require("@kit/instrumentation-langchain"),
  litellm: () => require("@kit/instrumentation-litellm"),
  agentpulse: () => require("@kit/exporter-agentpulse"),
  catsyphon: () => require("@kit/exporter-catsyphon"),
  catsyphonClient: () => require("@kit/catsyphon"),
  serializers: () => require("@opentelemetry/otlp-transformer"),
  metrics: () => require("@opentelemetry/sdk-metrics"),
  logs: () => require("@opentelemetry/sdk-logs"),
};
