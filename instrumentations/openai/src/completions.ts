import { type Call, type Fold, type Message, TextBuilder } from "@kit/genai";
import { type CompletionUsage, readCompletionUsage } from "./usage.js";

interface CompletionParams {
  model?: string;
  prompt?: string | readonly unknown[] | null;
  stream?: boolean | null;
  max_tokens?: number | null;
  temperature?: number | null;
  top_p?: number | null;
  frequency_penalty?: number | null;
  presence_penalty?: number | null;
  stop?: string | string[] | null;
  seed?: number | null;
  n?: number | null;
}

interface Completion {
  id?: string;
  model?: string;
  choices?: readonly { index?: number; text?: string; finish_reason?: string | null }[];
  usage?: CompletionUsage | null | undefined;
  system_fingerprint?: string | null | undefined;
}

/** `POST /completions`, the legacy text completion. */
export const completions: Call<[CompletionParams], Completion, Completion> = {
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
    ...(completion.system_fingerprint != null && {
      ownAttributes: { "openai.response.system_fingerprint": completion.system_fingerprint },
    }),
    content: () => ({
      outputMessages: (completion.choices ?? []).map(({ text }) => toMessage("assistant", text ?? "")),
    }),
  }),
  fold: foldCompletion,
};

/** Prompts given as token numbers have no text to record. */
function readPrompts(prompt: CompletionParams["prompt"]): Message[] {
  const prompts = typeof prompt === "string" ? [prompt] : (prompt ?? []);
  return prompts
    .filter((text): text is string => typeof text === "string")
    .map((text) => toMessage("user", text));
}

function toMessage(role: string, content: string): Message {
  return { role, parts: [{ type: "text", content }] };
}

function foldCompletion(content: boolean): Fold<Completion, Completion> {
  const facts: Completion = {};
  const choices: { text: TextBuilder; finish_reason: string | null }[] = [];
  return {
    add(chunk) {
      if (chunk.id) facts.id = chunk.id;
      if (chunk.model) facts.model = chunk.model;
      if (chunk.usage != null) facts.usage = chunk.usage;
      if (chunk.system_fingerprint != null) facts.system_fingerprint = chunk.system_fingerprint;
      for (const { index = 0, text, finish_reason } of chunk.choices ?? []) {
        choices[index] ??= { text: new TextBuilder(), finish_reason: null };
        const choice = choices[index];
        if (content) choice.text.add(text);
        if (finish_reason != null) choice.finish_reason = finish_reason;
      }
    },
    body: () => ({
      ...facts,
      choices: choices.flatMap((choice) =>
        choice === undefined ? [] : [{ ...choice, text: String(choice.text) }],
      ),
    }),
  };
}
