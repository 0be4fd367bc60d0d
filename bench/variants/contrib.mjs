import { createRequire } from "node:module";
import { OpenAIInstrumentation } from "@opentelemetry/instrumentation-openai";

export function setup({ content }) {
  const instrumentation = new OpenAIInstrumentation({ captureMessageContent: content });
  instrumentation.enable();
  return { OpenAI: createRequire(import.meta.url)("openai").OpenAI };
}
