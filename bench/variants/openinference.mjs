import { OpenAIInstrumentation } from "@arizeai/openinference-instrumentation-openai";
import OpenAI from "openai";

export function setup({ content }) {
  const traceConfig = content ? {} : { hideInputs: true, hideOutputs: true };
  new OpenAIInstrumentation({ traceConfig }).manuallyInstrument(OpenAI);
}
