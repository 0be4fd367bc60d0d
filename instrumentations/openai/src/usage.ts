import type { Usage } from "@kit/genai";

type Count = number | null | undefined;

interface InputDetails {
  cached_tokens?: Count;
  cache_write_tokens?: Count;
  text_tokens?: Count;
  image_tokens?: Count;
  audio_tokens?: Count;
}

interface OutputDetails {
  reasoning_tokens?: Count;
  text_tokens?: Count;
  image_tokens?: Count;
  audio_tokens?: Count;
}

/** `usage` of chat completions, embeddings and legacy completions, with what compatible providers add to it. */
export interface CompletionUsage {
  prompt_tokens?: Count;
  completion_tokens?: Count;
  prompt_tokens_details?: InputDetails | null;
  completion_tokens_details?: OutputDetails | null;
  /** DeepSeek's name for cached input. */
  prompt_cache_hit_tokens?: Count;
  /** What OpenRouter charged, in US dollars. */
  cost?: Count;
}

/** `usage` of responses, images and transcriptions. */
export interface TokenUsage {
  input_tokens?: Count;
  output_tokens?: Count;
  input_tokens_details?: InputDetails | null;
  input_token_details?: InputDetails | null;
  output_tokens_details?: OutputDetails | null;
  cost?: Count;
}

/** Reads the older form, in prompt and completion tokens. */
export function readCompletionUsage(usage: CompletionUsage | null | undefined): Usage | undefined {
  if (usage == null) return undefined;
  const { prompt_tokens_details: input, completion_tokens_details: output } = usage;
  return {
    input: usage.prompt_tokens,
    output: usage.completion_tokens,
    cacheRead: input?.cached_tokens ?? usage.prompt_cache_hit_tokens,
    cacheWrite: input?.cache_write_tokens,
    reasoning: output?.reasoning_tokens,
    ...((input ?? output) && readModalities(input, output)),
    costUsd: usage.cost,
  };
}

/** Reads the newer form, in input and output tokens. */
export function readTokenUsage(usage: TokenUsage | null | undefined): Usage | undefined {
  if (usage == null) return undefined;
  const input = usage.input_tokens_details ?? usage.input_token_details;
  const output = usage.output_tokens_details;
  return {
    input: usage.input_tokens,
    output: usage.output_tokens,
    cacheRead: input?.cached_tokens,
    cacheWrite: input?.cache_write_tokens,
    reasoning: output?.reasoning_tokens,
    ...((input ?? output) && readModalities(input, output)),
    costUsd: usage.cost,
  };
}

function readModalities(
  input: InputDetails | null | undefined,
  output: OutputDetails | null | undefined,
): Usage {
  return {
    textInput: input?.text_tokens,
    imageInput: input?.image_tokens,
    audioInput: input?.audio_tokens,
    textOutput: output?.text_tokens,
    imageOutput: output?.image_tokens,
    audioOutput: output?.audio_tokens,
  };
}
