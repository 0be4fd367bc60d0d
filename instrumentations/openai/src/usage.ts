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
    ...readInput(input),
    ...readOutput(output),
    cacheRead: input?.cached_tokens ?? usage.prompt_cache_hit_tokens,
    costUsd: usage.cost,
  };
}

/** Reads the newer form, in input and output tokens. */
export function readTokenUsage(usage: TokenUsage | null | undefined): Usage | undefined {
  if (usage == null) return undefined;
  return {
    input: usage.input_tokens,
    output: usage.output_tokens,
    ...readInput(usage.input_tokens_details ?? usage.input_token_details),
    ...readOutput(usage.output_tokens_details),
    costUsd: usage.cost,
  };
}

function readInput(details: InputDetails | null | undefined): Usage {
  return {
    cacheRead: details?.cached_tokens,
    cacheWrite: details?.cache_write_tokens,
    textInput: details?.text_tokens,
    imageInput: details?.image_tokens,
    audioInput: details?.audio_tokens,
  };
}

function readOutput(details: OutputDetails | null | undefined): Usage {
  return {
    reasoning: details?.reasoning_tokens,
    textOutput: details?.text_tokens,
    imageOutput: details?.image_tokens,
    audioOutput: details?.audio_tokens,
  };
}
