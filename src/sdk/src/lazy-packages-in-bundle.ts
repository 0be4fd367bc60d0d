import * as catsyphonClient from "@kit/catsyphon";
import * as agentpulse from "@kit/exporter-agentpulse";
import * as catsyphon from "@kit/exporter-catsyphon";
import * as core from "@kit/genai/core";
import * as anthropic from "@kit/instrumentation-anthropic";
import * as bedrock from "@kit/instrumentation-bedrock";
import * as cohere from "@kit/instrumentation-cohere";
import * as googleGenAI from "@kit/instrumentation-google-genai";
import * as groq from "@kit/instrumentation-groq";
import * as langchain from "@kit/instrumentation-langchain";
import * as litellm from "@kit/instrumentation-litellm";
import * as mistral from "@kit/instrumentation-mistral";
import * as ollama from "@kit/instrumentation-ollama";
import * as openai from "@kit/instrumentation-openai";
import * as together from "@kit/instrumentation-together";
import * as serializers from "@opentelemetry/otlp-transformer";
import * as logs from "@opentelemetry/sdk-logs";
import * as metrics from "@opentelemetry/sdk-metrics";
import type { LazyPackages } from "./lazy-packages.js";

/** The same for bundlers, which only find what is imported statically. */
export const lazy: LazyPackages = {
  core: () => core,
  agentpulse: () => agentpulse,
  catsyphon: () => catsyphon,
  catsyphonClient: () => catsyphonClient,
  anthropic: () => anthropic,
  bedrock: () => bedrock,
  googleGenAI: () => googleGenAI,
  groq: () => groq,
  langchain: () => langchain,
  litellm: () => litellm,
  mistral: () => mistral,
  ollama: () => ollama,
  cohere: () => cohere,
  openai: () => openai,
  together: () => together,
  serializers: () => serializers,
  logs: () => logs,
  metrics: () => metrics,
};
