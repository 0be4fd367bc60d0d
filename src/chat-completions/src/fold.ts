import { DeltaFold, type Fold } from "@kit/genai";
import type { ChatMessage } from "./messages.js";
import type { CompletionUsage } from "./usage.js";

/** An answer, whole or one event of its stream. */
interface Answer<Choice> {
  id?: string;
  model?: string;
  choices?: readonly Choice[];
  usage?: CompletionUsage | null;
  service_tier?: string | null;
  system_fingerprint?: string | null;
  /** Groq sends the usage of a stream here. */
  x_groq?: { usage?: CompletionUsage } | null;
}

interface Choice {
  index?: number;
  finish_reason?: string | null;
}

interface Piece extends Choice {
  delta?: object | null;
}

interface TextChoice extends Choice {
  text?: string;
}

/** The body of an unstreamed chat. */
export type ChatCompletion = Answer<Choice & { message?: ChatMessage }>;

/** One event of a streamed chat. */
export type ChatCompletionChunk = Answer<Piece>;

/** A legacy completion; streamed, its events look the same. */
export type Completion = Answer<TextChoice>;

/** Rebuilds the chat that the call would have returned unstreamed. Without content only its facts are kept. */
export function foldChat(content: boolean): Fold<ChatCompletionChunk, ChatCompletion> {
  return foldChoices(
    content,
    (choice: Piece) => choice.delta,
    (message) => ({ message }),
  );
}

/** As {@link foldChat}, for legacy completions. */
export function foldCompletion(content: boolean): Fold<Completion, Completion> {
  return foldChoices(
    content,
    ({ text }: TextChoice) => ({ text }),
    (grown) => grown,
  );
}

function foldChoices<Part extends Choice, Whole>(
  content: boolean,
  deltaOf: (choice: Part) => object | null | undefined,
  toWhole: (grown: Record<string, unknown>) => Whole,
): Fold<Answer<Part>, Answer<Choice & Whole>> {
  const facts: Answer<never> = {};
  const choices: { finish_reason: string | null; delta: DeltaFold | undefined }[] = [];
  return {
    add(chunk) {
      keepFacts(facts, chunk);
      for (const part of chunk.choices ?? []) {
        const { index = 0, finish_reason } = part;
        choices[index] ??= { finish_reason: null, delta: content ? new DeltaFold() : undefined };
        const choice = choices[index];
        if (finish_reason != null) choice.finish_reason = finish_reason;
        if (choice.delta === undefined) continue;
        const delta = deltaOf(part);
        if (delta != null) choice.delta.add(delta);
      }
    },
    body: () => ({
      ...facts,
      // A hole in the list is a choice of which nothing came; flatMap passes over it.
      choices: choices.flatMap(({ finish_reason, delta }) => [
        { finish_reason, ...toWhole(delta?.value() ?? {}) },
      ]),
    }),
  };
}

/** Azure's first chunk has an empty id and model, and only the last ones have usage: what is empty replaces nothing. */
function keepFacts(facts: Answer<never>, chunk: Answer<unknown>): void {
  if (chunk.id) facts.id = chunk.id;
  if (chunk.model) facts.model = chunk.model;
  if (chunk.service_tier) facts.service_tier = chunk.service_tier;
  if (chunk.system_fingerprint) facts.system_fingerprint = chunk.system_fingerprint;
  const usage = chunk.usage ?? chunk.x_groq?.usage;
  if (usage != null) facts.usage = usage;
}
