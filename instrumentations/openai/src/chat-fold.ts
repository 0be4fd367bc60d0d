import { DeltaFold, type Fold } from "@kit/genai";
import type { ChatMessage } from "./chat-messages.js";
import type { CompletionUsage } from "./usage.js";

/** The body of an unstreamed answer. */
export interface ChatCompletion {
  id?: string;
  model?: string;
  choices?: readonly { finish_reason?: string | null; message?: ChatMessage }[];
  usage?: CompletionUsage | null;
  service_tier?: string | null;
  system_fingerprint?: string | null;
  /** Groq sends the usage of a stream here. */
  x_groq?: { usage?: CompletionUsage } | null;
}

/** One event of a streamed answer. */
export interface ChatCompletionChunk extends Omit<ChatCompletion, "choices"> {
  choices?: readonly { index?: number; finish_reason?: string | null; delta?: object | null }[];
}

/** Rebuilds the completion that the call would have returned unstreamed. Without content only its facts are kept. */
export function foldChat(content: boolean): Fold<ChatCompletionChunk, ChatCompletion> {
  const facts: ChatCompletion = {};
  const choices: { finish_reason: string | null; delta: DeltaFold | undefined }[] = [];
  return {
    add(chunk) {
      keepFacts(facts, chunk);
      for (const { index = 0, finish_reason, delta } of chunk.choices ?? []) {
        choices[index] ??= { finish_reason: null, delta: content ? new DeltaFold() : undefined };
        const choice = choices[index];
        if (finish_reason != null) choice.finish_reason = finish_reason;
        if (delta != null) choice.delta?.add(delta);
      }
    },
    body: () => ({
      ...facts,
      // A hole in the list is a choice of which nothing came; flatMap passes over it.
      choices: choices.flatMap(({ finish_reason, delta }) => [
        { finish_reason, message: delta?.value() ?? {} },
      ]),
    }),
  };
}

/** Azure's first chunk has an empty id and model, and only the last ones have usage: what is empty replaces nothing. */
export function keepFacts(facts: ChatCompletion, chunk: Omit<ChatCompletionChunk, "choices">): void {
  if (chunk.id) facts.id = chunk.id;
  if (chunk.model) facts.model = chunk.model;
  if (chunk.service_tier) facts.service_tier = chunk.service_tier;
  if (chunk.system_fingerprint) facts.system_fingerprint = chunk.system_fingerprint;
  const usage = chunk.usage ?? chunk.x_groq?.usage;
  if (usage != null) facts.usage = usage;
}
