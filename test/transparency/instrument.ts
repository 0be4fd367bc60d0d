import { register } from "node:module";
import { AnthropicInstrumentation } from "@kit/instrumentation-anthropic";
import { OpenAIInstrumentation } from "@kit/instrumentation-openai";
import type { TracerProvider } from "@opentelemetry/api";
import type { Run } from "./run.js";
import { packageOf } from "./sdk.js";

/** Enables the instrumentation of the run's SDK before that is loaded, as an application's own OpenTelemetry set-up does. */
export function instrument(run: Run, provider: TracerProvider | undefined) {
  const name = packageOf(run.app);
  if (run.module === "esm" && provider) {
    register("import-in-the-middle/hook.mjs", import.meta.url, { data: { include: [name] } });
  }
  const options = { captureMessageContent: "SPAN_AND_EVENT" } as const;
  const instrumentation =
    name === "openai" ? new OpenAIInstrumentation(options) : new AnthropicInstrumentation(options);
  if (provider) instrumentation.setTracerProvider(provider);
  return instrumentation;
}
