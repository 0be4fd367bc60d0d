import type { Usage } from "@kit/genai";

type Count = number | null | undefined;

interface Details {
  cached_tokens?: Count;
  cache_write_tokens?: Count;
  reasoning_tokens?: Count;
  text_tokens?: Count;
  image_tokens?: Count;
  audio_tokens?: Count;
}

/** `usage` of chat completions, embeddings and legacy completions, with what compatible providers add to it. */
export interface CompletionUsage {
  prompt_tokens?: Count;
  completion_tokens?: Count;
  prompt_tokens_details?: Details | null | undefined;
  completion_tokens_details?: Details | null | undefined;
  total_tokens?: Count;
  /** DeepSeek's name for cached input. */
  prompt_cache_hit_tokens?: Count;
  /** Moonshot's and Together's name for it. */
  cached_tokens?: Count;
  /** What OpenRouter charged, in US dollars; Perplexity lists what it is made of. */
  cost?: Count | { total_cost?: Count };
}

/** `usage` of responses, images and transcriptions. */
export interface TokenUsage {
  input_tokens?: Count;
  output_tokens?: Count;
  input_tokens_details?: Details | null | undefined;
  /** The name that transcriptions give to the same. */
  input_token_details?: Details | null | undefined;
  output_tokens_details?: Details | null | undefined;
}

/** Reads the older form, in prompt and completion tokens. */
export function readCompletionUsage(usage: CompletionUsage | null | undefined): Usage | undefined {
  if (usage == null) return undefined;
  const { prompt_tokens_details: input, completion_tokens_details: output } = usage;
  const read = toUsage(usage.prompt_tokens, allOutput(usage), input, output);
  read.cacheRead ??= usage.prompt_cache_hit_tokens ?? usage.cached_tokens;
  read.costUsd = typeof usage.cost === "object" ? usage.cost?.total_cost : usage.cost;
  return read;
}

/** xAI counts reasoning beside the completion and not in it, which its total tells. */
function allOutput(usage: CompletionUsage): Count {
  const { prompt_tokens: input, completion_tokens: output, total_tokens: total } = usage;
  const reasoning = usage.completion_tokens_details?.reasoning_tokens;
  if (input == null || output == null || !reasoning) return output;
  return total === input + output + reasoning ? output + reasoning : output;
}

/** Reads the newer form, in input and output tokens. */
export function readTokenUsage(usage: TokenUsage | null | undefined): Usage | undefined {
  if (usage == null) return undefined;
  const input = usage.input_tokens_details ?? usage.input_token_details;
  return toUsage(usage.input_tokens, usage.output_tokens, input, usage.output_tokens_details);
}

function toUsage(
  input: Count,
  output: Count,
  inputParts?: Details | null,
  outputParts?: Details | null,
): Usage {
  return {
    input,
    output,
    cacheRead: inputParts?.cached_tokens,
    cacheWrite: inputParts?.cache_write_tokens,
    reasoning: outputParts?.reasoning_tokens,
    textInput: inputParts?.text_tokens,
    textOutput: outputParts?.text_tokens,
    imageInput: inputParts?.image_tokens,
    imageOutput: outputParts?.image_tokens,
    audioInput: inputParts?.audio_tokens,
    audioOutput: outputParts?.audio_tokens,
  };
}
