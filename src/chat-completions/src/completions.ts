import { type Call, type Message, textMessage } from "@kit/genai";
import type { ChatParams } from "./chat.js";
import { type Completion, foldCompletion } from "./fold.js";
import { withOwnAttributes } from "./own-attributes.js";
import { readCompletionUsage } from "./usage.js";

/** A request for a legacy completion: as for a chat, but for the prompt. */
export interface CompletionParams extends Omit<ChatParams, "messages"> {
  prompt?: unknown;
}

/** `POST /completions`, the legacy text completion, streamed or not. */
export const completions: Call<[CompletionParams, ...unknown[]], Completion, Completion> = withOwnAttributes({
  request: (params) => ({
    operation: "text_completion",
    model: params.model,
    stream: params.stream,
    maxTokens: params.max_tokens,
    temperature: params.temperature,
    topP: params.top_p,
    topK: params.top_k,
    frequencyPenalty: params.frequency_penalty,
    presencePenalty: params.presence_penalty,
    stopSequences: params.stop,
    seed: params.seed,
    choiceCount: params.n,
    content: () => ({ inputMessages: readPrompts(params.prompt) }),
  }),
  response: (completion) => ({
    id: completion.id,
    model: completion.model,
    finishReasons: completion.choices?.map((choice) => choice.finish_reason),
    usage: readCompletionUsage(completion.usage),
    content: () => ({
      outputMessages: (completion.choices ?? []).map(({ text }) => textMessage("assistant", text ?? "")),
    }),
  }),
  fold: foldCompletion,
});

/** Prompts given as token numbers have no text to record. */
function readPrompts(prompt: unknown): Message[] {
  const prompts: unknown[] = Array.isArray(prompt) ? prompt : [prompt];
  return prompts.filter((text) => typeof text === "string").map((text) => textMessage("user", text));
}
