import type { Usage } from "@kit/genai";

type Count = number | null | undefined;

interface Details {
  cached_tokens?: Count;
  cache_write_tokens?: Count;
  /** LiteLLM's name for `cache_write_tokens`. */
  cache_creation_tokens?: Count;
  reasoning_tokens?: Count;
  text_tokens?: Count;
  image_tokens?: Count;
  audio_tokens?: Count;
}

interface Charge {
  /** US dollars: OpenRouter's charge, or Perplexity's itemised one. */
  cost?: Count | { total_cost?: Count };
  /** Whether OpenRouter used the caller's own key for the provider. */
  is_byok?: boolean | null;
  cost_details?: { upstream_inference_cost?: Count } | null;
  /** DeepInfra's charge, in US dollars. */
  estimated_cost?: Count;
  /** xAI's charge. */
  cost_in_usd_ticks?: Count;
}

/** `usage` of chats, legacy completions and embeddings, with what compatible providers add. */
export interface CompletionUsage extends Charge {
  prompt_tokens?: Count;
  completion_tokens?: Count;
  prompt_tokens_details?: Details | null | undefined;
  completion_tokens_details?: Details | null | undefined;
  total_tokens?: Count;
  /** SGLang's place for it, which is part of the completion tokens. */
  reasoning_tokens?: Count;
  /** DeepSeek's name for cached input. */
  prompt_cache_hit_tokens?: Count;
  /** Moonshot's and Together's name for cached input. */
  cached_tokens?: Count;
  /** Anthropic's name for cache writes, which gateways pass on. */
  cache_creation_input_tokens?: Count;
}

/** `usage` of responses, images and transcriptions. */
export interface TokenUsage extends Charge {
  /** The model that used the tokens, if it is not the one requested. */
  model?: string | null;
  input_tokens?: Count;
  output_tokens?: Count;
  total_tokens?: Count;
  input_tokens_details?: Details | null | undefined;
  /** `input_tokens_details` of transcriptions. */
  input_token_details?: Details | null | undefined;
  output_tokens_details?: Details | null | undefined;
  /** Hosted image generation reports cached tokens outside the details. */
  cached_tokens?: Count;
  cached_tokens_details?: { cached_image_tokens?: Count } | null | undefined;
}

/**
 * Reads the older form, which counts prompt and completion tokens.
 * @param model the model that used them
 */
export function readCompletionUsage(
  usage: CompletionUsage | null | undefined,
  model?: string | null,
): Usage | undefined {
  if (usage == null) return undefined;
  const { prompt_tokens_details: input, completion_tokens_details: output } = usage;
  const completed = isGemini(model ?? "") ? withThoughts(usage) : usage.completion_tokens;
  const read = toUsage(usage.prompt_tokens, completed, usage.total_tokens, input, output);
  const cacheRead = read.cacheRead ?? usage.prompt_cache_hit_tokens ?? usage.cached_tokens;
  read.cacheRead = partOf(read.input, cacheRead);
  read.reasoning ??= partOf(read.output, usage.reasoning_tokens);
  read.cacheWrite = partOf(read.input, read.cacheWrite ?? usage.cache_creation_input_tokens);
  read.costUsd = toDollars(usage);
  return read;
}

function isGemini(model: string): boolean {
  return model.startsWith("gemini-") || model.includes("/gemini-");
}

/**
 * Google's compatible endpoint counts what Gemini thought in the total alone.
 * @see https://discuss.ai.google.dev/t/127400
 */
function withThoughts(usage: CompletionUsage): Count {
  const { prompt_tokens: prompt, completion_tokens: told, total_tokens: total } = usage;
  const isToldApart = usage.completion_tokens_details?.reasoning_tokens != null;
  return isToldApart || prompt == null || total == null ? told : Math.max(told ?? 0, total - prompt);
}

/** @see https://docs.x.ai/developers/cost-tracking */
const TICKS_PER_DOLLAR = 1e10;

/** For a call with the caller's own key, OpenRouter charges only a fee, and the provider bills the caller. */
function toDollars(charge: Charge): Count {
  const {
    cost_in_usd_ticks: ticks,
    estimated_cost: estimated,
    is_byok: isOwnKey,
    cost_details: details,
  } = charge;
  if (ticks != null) return ticks / TICKS_PER_DOLLAR;
  const { cost = estimated } = charge;
  if (typeof cost === "object") return cost?.total_cost;
  if (isOwnKey !== true) return cost;
  const upstream = details?.upstream_inference_cost;
  return upstream == null ? undefined : (cost ?? 0) + upstream;
}

/** Adds what a provider leaves out of a count, which shows in the total: xAI reasoning, and Mistral sound. */
function withPart(count: Count, part: Count, others: Count, total: Count): Count {
  if (count == null || others == null || !part) return count;
  return total === count + part + others ? count + part : count;
}

/** Drops a part that exceeds its total: OpenRouter's own count of reasoning may exceed the provider's of all output. */
function partOf(total: Count, part: Count): Count {
  return total != null && part != null && part > total ? undefined : part;
}

/**
 * Reads the newer form, which counts input and output tokens.
 * @param beside what another model used for the same answer, billed at that model's standard tier
 */
export function readTokenUsage(
  usage: TokenUsage | null | undefined,
  beside?: TokenUsage | null,
): Usage | undefined {
  if (usage == null) return undefined;
  const input = usage.input_tokens_details ?? usage.input_token_details;
  const { output_tokens: output, total_tokens: total, output_tokens_details: details } = usage;
  const read = toUsage(usage.input_tokens, output, total, input, details);
  read.cacheRead ??= usage.cached_tokens;
  read.imageCacheRead = usage.cached_tokens_details?.cached_image_tokens;
  read.costUsd = toDollars(usage);
  if (beside != null) read.aside = [{ model: beside.model, usage: { ...readTokenUsage(beside), terms: [] } }];
  return read;
}

function toUsage(
  input: Count,
  completed: Count,
  total: Count,
  inputParts?: Details | null,
  outputParts?: Details | null,
): Usage {
  const output = withPart(completed, outputParts?.reasoning_tokens, input, total);
  return {
    input: withPart(input, inputParts?.audio_tokens, completed, total),
    output,
    cacheRead: inputParts?.cached_tokens,
    cacheWrite: inputParts?.cache_write_tokens ?? inputParts?.cache_creation_tokens,
    reasoning: partOf(output, outputParts?.reasoning_tokens),
    textInput: inputParts?.text_tokens,
    textOutput: outputParts?.text_tokens,
    imageInput: inputParts?.image_tokens,
    imageCacheRead: undefined,
    imageOutput: outputParts?.image_tokens,
    audioInput: inputParts?.audio_tokens,
    audioOutput: outputParts?.audio_tokens,
    // Reserved for what readers add: an object that grows after its creation costs more.
    costUsd: undefined,
    terms: undefined,
  };
}
