import { type Definition, KIT_ATTR } from "@kit/genai";

/** `gen_ai.provider.name` of providers that LiteLLM names differently. */
const PROVIDERS: Readonly<Record<string, string>> = {
  azure: "azure.ai.openai",
  azure_ai: "azure.ai.inference",
  bedrock: "aws.bedrock",
  bedrock_converse: "aws.bedrock",
  gemini: "gcp.gemini",
  vertex_ai: "gcp.vertex_ai",
  mistral: "mistral_ai",
  moonshot: "moonshot_ai",
  xai: "x_ai",
  together_ai: "together",
  fireworks_ai: "fireworks",
  hosted_vllm: "vllm",
  ollama_chat: "ollama",
};

/**
 * Reads the headers of an answer that came through a LiteLLM proxy on any host; `undefined` for other answers.
 * The proxy reports the price of an unstreamed answer. A stream has no price when its headers are sent, but a model.
 * @see https://docs.litellm.ai/docs/proxy/response_headers
 */
export const readLiteLLMHeaders: NonNullable<Definition["headers"]> = (read) => {
  const callId = read("x-litellm-call-id");
  const cost = read("x-litellm-response-cost");
  if (callId == null && cost == null) return undefined;
  const name = read("x-litellm-model-name") ?? undefined;
  const cacheKey = read("x-litellm-cache-key") || undefined;
  return {
    provider: "litellm",
    served: name === undefined ? undefined : readModelName(name),
    costUsd: cost == null || cost === "" ? undefined : Number(cost),
    // The reported price is that of the original answer.
    free: cacheKey !== undefined,
    attributes: {
      [KIT_ATTR.provenance]: "litellm_proxy",
      [KIT_ATTR.litellmCallId]: callId ?? undefined,
      [KIT_ATTR.litellmModelId]: read("x-litellm-model-id") ?? undefined,
      [KIT_ATTR.litellmModelName]: name,
      [KIT_ATTR.litellmVersion]: read("x-litellm-version") ?? undefined,
      [KIT_ATTR.litellmCacheKey]: cacheKey,
      [KIT_ATTR.litellmAttemptedRetries]: readCount(read("x-litellm-attempted-retries")),
      [KIT_ATTR.litellmAttemptedFallbacks]: readCount(read("x-litellm-attempted-fallbacks")),
    },
  };
};

/** Attempts after the first; zero is not recorded. */
function readCount(header: string | null | undefined): number | undefined {
  const count = Number(header);
  return Number.isSafeInteger(count) && count > 0 ? count : undefined;
}

/** Splits `provider/model`; the model may contain slashes. */
function readModelName(name: string): { provider: string; model: string } | undefined {
  const slash = name.indexOf("/");
  if (slash < 0) return undefined;
  const provider = name.slice(0, slash);
  return { provider: PROVIDERS[provider] ?? provider, model: name.slice(slash + 1) };
}
