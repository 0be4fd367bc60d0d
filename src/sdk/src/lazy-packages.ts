import { require } from "./require.js";

/**
 * Packages that only some applications need. They are loaded on first use, so that no start waits for them, and synchronously,
 * because an exiting process cannot await an import. Inside a bundle, `lazy-packages-in-bundle.ts` takes the place of this file.
 */
export interface LazyPackages {
  core(): typeof import("@kit/genai/core");
  openai(): typeof import("@kit/instrumentation-openai");
  anthropic(): typeof import("@kit/instrumentation-anthropic");
  bedrock(): typeof import("@kit/instrumentation-bedrock");
  googleGenAI(): typeof import("@kit/instrumentation-google-genai");
  groq(): typeof import("@kit/instrumentation-groq");
  langchain(): typeof import("@kit/instrumentation-langchain");
  mistral(): typeof import("@kit/instrumentation-mistral");
  ollama(): typeof import("@kit/instrumentation-ollama");
  cohere(): typeof import("@kit/instrumentation-cohere");
  together(): typeof import("@kit/instrumentation-together");
  litellm(): typeof import("@kit/instrumentation-litellm");
  agentpulse(): typeof import("@kit/exporter-agentpulse");
  catsyphon(): typeof import("@kit/exporter-catsyphon");
  catsyphonClient(): typeof import("@kit/catsyphon");
  serializers(): typeof import("@opentelemetry/otlp-transformer");
  metrics(): typeof import("@opentelemetry/sdk-metrics");
  logs(): typeof import("@opentelemetry/sdk-logs");
}

export const lazy: LazyPackages = {
  core: () => require("@kit/genai/core"),
  openai: () => require("@kit/instrumentation-openai"),
  anthropic: () => require("@kit/instrumentation-anthropic"),
  bedrock: () => require("@kit/instrumentation-bedrock"),
  googleGenAI: () => require("@kit/instrumentation-google-genai"),
  groq: () => require("@kit/instrumentation-groq"),
  langchain: () => require("@kit/instrumentation-langchain"),
  mistral: () => require("@kit/instrumentation-mistral"),
  ollama: () => require("@kit/instrumentation-ollama"),
  cohere: () => require("@kit/instrumentation-cohere"),
  together: () => require("@kit/instrumentation-together"),
  litellm: () => require("@kit/instrumentation-litellm"),
  agentpulse: () => require("@kit/exporter-agentpulse"),
  catsyphon: () => require("@kit/exporter-catsyphon"),
  catsyphonClient: () => require("@kit/catsyphon"),
  serializers: () => require("@opentelemetry/otlp-transformer"),
  metrics: () => require("@opentelemetry/sdk-metrics"),
  logs: () => require("@opentelemetry/sdk-logs"),
};
