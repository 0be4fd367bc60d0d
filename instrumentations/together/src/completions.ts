import { completions as standard } from "@kit/chat-completions";
import type { Call, Fold } from "@kit/genai";

type Params = Parameters<typeof standard.request>;
type StandardFold = ReturnType<NonNullable<typeof standard.fold>>;
type Body = ReturnType<StandardFold["body"]>;

/** A chunk, whose choices may have their text in a delta, and whose reason may stand beside them. */
export interface CompletionChunk extends Omit<Body, "choices"> {
  choices?: readonly Choice[];
  finish_reason?: string | null;
}

interface Choice {
  index?: number;
  text?: string | null;
  delta?: { content?: string | null } | null;
  finish_reason?: string | null;
}

/** `POST /completions`, streamed or not. */
export const completions: Call<Params, Body, CompletionChunk> = { ...standard, fold: foldChunks };

/** @see https://docs.together.ai/reference/completions-1 */
function foldChunks(content: boolean): Fold<CompletionChunk, Body> {
  const fold = standard.fold?.(content) as StandardFold;
  return {
    add: ({ choices, finish_reason: reason, ...chunk }) =>
      fold.add({ ...chunk, choices: choices?.map((choice) => toStandard(choice, reason)) ?? [] }),
    body: () => fold.body(),
  };
}

function toStandard({ index, text, delta, finish_reason: own }: Choice, reason: string | null | undefined) {
  return { index: index ?? 0, text: text ?? delta?.content ?? "", finish_reason: own ?? reason ?? null };
}
