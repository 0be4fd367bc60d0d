import type { Choice, TelemetryOptions } from "@kit/genai/framework";

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

/** How the option is read: it wins over the environment, and that over `auto`. */
export const INFERENCE_SPANS: Choice<InferenceSpans> = {
  option: "inferenceSpans",
  variable: "KIT_LANGCHAIN_INFERENCE_SPANS",
  words: ["auto", "always", "never"],
};
