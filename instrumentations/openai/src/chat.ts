import { ATTR, type Call, type Content, textOf } from "@kit/genai";
import type { ChatCompletionCreateParams } from "openai/resources/chat/completions";
import { type ChatCompletion, type ChatCompletionChunk, foldChat } from "./chat-fold.js";
import {
  type ChatMessage,
  type ChatTool,
  type FunctionOffer,
  readChatMessage,
  readChatTools,
} from "./chat-messages.js";
import { readCompletionUsage } from "./usage.js";

type Params = Omit<Partial<ChatCompletionCreateParams>, "messages" | "tools" | "functions"> & {
  messages?: readonly ChatMessage[];
  tools?: readonly ChatTool[];
  functions?: readonly FunctionOffer[];
  /** Of vLLM and others, not of OpenAI. */
  top_k?: number | null;
};

/** `POST /chat/completions`, streamed or not; `parse()`, `stream()` and `runTools()` send it too. */
export const chat: Call<[Params], ChatCompletion, ChatCompletionChunk> = {
  request: (params) => ({
    operation: "chat",
    model: params.model,
    stream: params.stream,
    maxTokens: params.max_completion_tokens ?? params.max_tokens,
    temperature: params.temperature,
    topP: params.top_p,
    topK: params.top_k,
    frequencyPenalty: params.frequency_penalty,
    presencePenalty: params.presence_penalty,
    stopSequences: params.stop,
    seed: params.seed,
    choiceCount: params.n,
    reasoningLevel: params.reasoning_effort,
    outputType: outputType(params),
    ownAttributes: requestAttributes("chat_completions", params.service_tier),
    content: () => readRequest(params),
  }),
  response: (completion) => ({
    id: completion.id,
    model: completion.model,
    finishReasons: completion.choices?.map((choice) => choice.finish_reason),
    usage: readCompletionUsage(completion.usage ?? completion.x_groq?.usage),
    ownAttributes: responseAttributes(completion),
    content: () => ({
      outputMessages: (completion.choices ?? []).map(({ message }) => readChatMessage(message ?? {})),
    }),
  }),
  fold: foldChat,
};

/** Attributes that OpenAI's own endpoints have on every request. A tier of `auto` is the default and says nothing. */
export function requestAttributes(api: string, tier: string | null | undefined): Record<string, string> {
  const attributes: Record<string, string> = { [ATTR.openaiApiType]: api };
  if (textOf(tier) && tier !== "auto") attributes[ATTR.openaiRequestServiceTier] = tier as string;
  return attributes;
}

/** Attributes that OpenAI's own endpoints have on every answer. */
export function responseAttributes(body: {
  service_tier?: string | null | undefined;
  system_fingerprint?: string | null | undefined;
}): Record<string, string> {
  const attributes: Record<string, string> = {};
  const [tier, fingerprint] = [textOf(body.service_tier), textOf(body.system_fingerprint)];
  if (tier) attributes[ATTR.openaiResponseServiceTier] = tier;
  if (fingerprint) attributes[ATTR.openaiResponseSystemFingerprint] = fingerprint;
  return attributes;
}

/** The conventions' word for a response format, when one was asked for. */
export function formatType(format: { type?: string } | null | undefined): string | undefined {
  const type = textOf(format?.type);
  return type?.startsWith("json") ? "json" : type && "text";
}

function outputType(params: Params): string | undefined {
  return params.modalities?.includes("audio") ? "speech" : formatType(params.response_format);
}

function readRequest(params: Params): Content {
  return {
    inputMessages: (params.messages ?? []).map((message) => readChatMessage(message)),
    toolDefinitions: readChatTools(params.tools, params.functions),
  };
}
