import type { TelemetryOptions } from "@kit/genai/framework";
import { diag } from "@opentelemetry/api";

/**
 * Who records a model's call: the client below where that is instrumented (`auto`), always the framework, or never
 * the framework.
 */
export type InferenceSpans = "auto" | "always" | "never";

/** What the handler records beside what all instrumentations do. */
export interface KitCallbackHandlerOptions extends TelemetryOptions {
  /**
   * Who records model calls. `auto`: the instrumented client below (openai, @anthropic-ai/sdk), and the framework for
   * every other model; a call is never recorded twice. Wins over `KIT_LANGCHAIN_INFERENCE_SPANS`.
   * @default "auto"
   */
  inferenceSpans?: InferenceSpans;
}

/** The variable that says it where the option does not. */
export const VARIABLE = "KIT_LANGCHAIN_INFERENCE_SPANS";

const MODES: ReadonlySet<string> = new Set(["auto", "always", "never"] satisfies InferenceSpans[]);

/** Works out the mode: option over environment over `auto`. An unknown word is said through `diag`. */
export function readInferenceSpans(
  option: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): InferenceSpans {
  const [source, value] =
    option !== undefined ? ["inferenceSpans", option] : [VARIABLE, env[VARIABLE] || "auto"];
  const mode = String(value).trim().toLowerCase();
  if (MODES.has(mode)) return mode as InferenceSpans;
  diag.warn(`${source}: unknown value ${JSON.stringify(value)}; expected auto, always or never. Using auto.`);
  return "auto";
}
