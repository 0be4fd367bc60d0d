import OpenAI from "openai";
import { OpenAIInstrumentation } from "../../instrumentations/openai/dist/bundle/index.js";

export function setup({ content, enabled }) {
  const instrumentation = new OpenAIInstrumentation({ captureMessageContent: content });
  instrumentation.manuallyInstrument(OpenAI);
  if (!enabled) instrumentation.disable();
}
