import { type Choice, readChoice, type TelemetryOptions } from "@kit/genai/framework";

/** Who records a model call: the client if it is instrumented, else LangChain (`auto`), always LangChain, or never. */
export type InferenceSpans = "auto" | "always" | "never";

/** Options of the handler, beside those of all instrumentations. */
export interface KitCallbackHandlerOptions extends TelemetryOptions {
  /**
   * Who records model calls. `auto`: the client if it is instrumented (openai, @anthropic-ai/sdk), else LangChain; no
   * call is recorded twice. Wins over `KIT_LANGCHAIN_INFERENCE_SPANS`.
   * @default "auto"
   */
  inferenceSpans?: InferenceSpans;
}

/** The environment variable behind the option. */
export const VARIABLE = "KIT_LANGCHAIN_INFERENCE_SPANS";

const CHOICE: Choice<InferenceSpans> = {
  option: "inferenceSpans",
  variable: VARIABLE,
  words: ["auto", "always", "never"],
};

/** Resolves the mode: option over environment over `auto`. */
export function readInferenceSpans(option: string | undefined, env?: NodeJS.ProcessEnv): InferenceSpans {
  return readChoice(CHOICE, option, env);
}
