import { type Call, type Message, readParameters, type SharedParameters, textMessage } from "@kit/genai";
import { readFailure } from "./failure.js";
import { type Completion, foldCompletion } from "./fold.js";
import { withOwnAttributes } from "./own-attributes.js";
import { readCompletionUsage } from "./usage.js";

/** The parameters of a legacy completion that translations read. */
export interface CompletionParams extends SharedParameters {
  prompt?: unknown;
}

/** `POST /completions`, the legacy text completion, streamed or not. */
export const completions: Call<[CompletionParams, ...unknown[]], Completion, Completion> = withOwnAttributes({
  path: "/completions",
  request(params) {
    const facts = readParameters("text_completion", params);
    facts.content = () => ({ inputMessages: readPrompts(params.prompt) });
    return facts;
  },
  response: (completion) => ({
    id: completion.id,
    model: completion.model,
    finishReasons: completion.choices?.map((choice) => choice.finish_reason),
    usage: readCompletionUsage(completion.usage),
    error: readFailure(completion),
    content: () => ({
      outputMessages: (completion.choices ?? []).map(({ text }) => textMessage("assistant", text ?? "")),
    }),
  }),
  fold: foldCompletion,
});

/** Prompts given as lists of tokens have no text to record. */
function readPrompts(prompt: unknown): Message[] {
  const prompts: unknown[] = Array.isArray(prompt) ? prompt : [prompt];
  return prompts.filter((text) => typeof text === "string").map((text) => textMessage("user", text));
}
