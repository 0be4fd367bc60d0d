import { OpenAIInstrumentation } from "@traceloop/instrumentation-openai";
import OpenAI from "openai";

export function setup({ content }) {
  new OpenAIInstrumentation({ traceContent: content }).manuallyInstrument(OpenAI);
}
