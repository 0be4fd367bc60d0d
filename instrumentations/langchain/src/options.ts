import { type Choice, readChoice, type TelemetryOptions } from "@kit/genai/framework";

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

const CHOICE: Choice<InferenceSpans> = {
  option: "inferenceSpans",
  variable: VARIABLE,
  words: ["auto", "always", "never"],
};

/** Works out the mode: option over environment over `auto`. */
export function readInferenceSpans(option: string | undefined, env?: NodeJS.ProcessEnv): InferenceSpans {
  return readChoice(CHOICE, option, env);
}
