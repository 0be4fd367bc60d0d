import type { Call, Fold, Message } from "@kit/genai";
import type { CompletionCreateParams } from "openai/resources/completions";
import { responseAttributes } from "./chat.js";
import { type ChatCompletion, type ChatCompletionChunk, foldChat } from "./chat-fold.js";
import { readCompletionUsage } from "./usage.js";

interface Completion extends Omit<ChatCompletion, "choices"> {
  choices?: readonly { index?: number; text?: string; finish_reason?: string | null }[];
}

/** `POST /completions`, the legacy text completion. */
export const completions: Call<[Partial<CompletionCreateParams>], Completion, Completion> = {
  request: (params) => ({
    operation: "text_completion",
    model: params.model,
    stream: params.stream,
    maxTokens: params.max_tokens,
    temperature: params.temperature,
    topP: params.top_p,
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
    ownAttributes: responseAttributes(completion),
    content: () => ({
      outputMessages: (completion.choices ?? []).map(({ text }) => toMessage("assistant", text ?? "")),
    }),
  }),
  fold: foldCompletion,
};

/** Prompts given as token numbers have no text to record. */
function readPrompts(prompt: unknown): Message[] {
  const prompts: unknown[] = Array.isArray(prompt) ? prompt : [prompt];
  return prompts.filter((text) => typeof text === "string").map((text) => toMessage("user", text));
}

function toMessage(role: string, content: string): Message {
  return { role, parts: [{ type: "text", content }] };
}

/** A streamed completion is a chat whose deltas have only text. */
function foldCompletion(content: boolean): Fold<Completion, Completion> {
  const fold = foldChat(content);
  const toDelta = ({ text, ...choice }: NonNullable<Completion["choices"]>[number]) => ({
    ...choice,
    delta: { text },
  });
  return {
    add: ({ choices, ...chunk }) =>
      fold.add({ ...chunk, choices: (choices ?? []).map(toDelta) } as ChatCompletionChunk),
    body: () => {
      const { choices, ...facts } = fold.body();
      return {
        ...facts,
        choices: (choices ?? []).map(({ message, ...choice }) => ({ ...choice, ...(message as object) })),
      };
    },
  };
}
