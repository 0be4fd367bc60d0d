import { createRequire } from "node:module";
import { metrics } from "@opentelemetry/api";
import { OpenAIInstrumentation } from "@opentelemetry/instrumentation-openai";

export function setup({ content }) {
  const instrumentation = new OpenAIInstrumentation({ captureMessageContent: content });
  // As registerInstrumentations does; without it the instrumentation fails on streams that carry usage.
  instrumentation.setMeterProvider(metrics.getMeterProvider());
  instrumentation.enable();
  return { OpenAI: createRequire(import.meta.url)("openai").OpenAI };
}
