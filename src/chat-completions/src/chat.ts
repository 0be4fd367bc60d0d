import { type Call, textOf } from "@kit/genai";
import { type ChatCompletion, type ChatCompletionChunk, foldChat } from "./fold.js";
import {
  type ChatMessage,
  type ChatTool,
  type FunctionOffer,
  readChatMessage,
  readChatTools,
} from "./messages.js";
import { withOwnAttributes } from "./own-attributes.js";
import { readCompletionUsage } from "./usage.js";

type Amount = number | null | undefined;

/** What a request may ask for: OpenAI's members, and those that compatible servers add. */
export interface ChatParams {
  model?: string | null | undefined;
  messages?: readonly ChatMessage[] | undefined;
  tools?: readonly ChatTool[] | null | undefined;
  /** Tools before they were called so. */
  functions?: readonly FunctionOffer[] | null | undefined;
  stream?: boolean | null | undefined;
  max_tokens?: Amount;
  max_completion_tokens?: Amount;
  temperature?: Amount;
  top_p?: Amount;
  /** Of vLLM and others, not of OpenAI. */
  top_k?: Amount;
  frequency_penalty?: Amount;
  presence_penalty?: Amount;
  stop?: string | string[] | null | undefined;
  seed?: Amount;
  n?: Amount;
  reasoning_effort?: string | null | undefined;
  modalities?: readonly string[] | null | undefined;
  response_format?: { type?: string } | null | undefined;
  service_tier?: string | null | undefined;
}

/** `POST /chat/completions`, streamed or not. */
export const chat: Call<[ChatParams, ...unknown[]], ChatCompletion, ChatCompletionChunk> = withOwnAttributes(
  {
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
      outputType: params.modalities?.includes("audio") ? "speech" : formatType(params.response_format),
      content: () => ({
        inputMessages: (params.messages ?? []).map(readChatMessage),
        toolDefinitions: readChatTools(params.tools, params.functions),
      }),
    }),
    response: (completion) => ({
      id: completion.id,
      model: completion.model,
      finishReasons: completion.choices?.map((choice) => choice.finish_reason),
      usage: readCompletionUsage(completion.usage ?? completion.x_groq?.usage),
      content: () => ({
        outputMessages: (completion.choices ?? []).map(({ message }) => readChatMessage(message ?? {})),
      }),
    }),
    fold: foldChat,
  },
  "chat_completions",
);

/** The conventions' word for a response format, when one was asked for. */
export function formatType(format: { type?: string } | null | undefined): string | undefined {
  const type = textOf(format?.type);
  return type?.startsWith("json") ? "json" : type && "text";
}
