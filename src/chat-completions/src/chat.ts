import {
  type Call,
  type Message,
  objectsOf,
  readParameters,
  type SharedParameters,
  textOf,
} from "@kit/genai";
import { readFailure } from "./failure.js";
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

/** The parameters of a chat that translations read. */
export interface ChatParams extends SharedParameters {
  messages?: readonly ChatMessage[] | undefined;
  tools?: readonly ChatTool[] | null | undefined;
  /** What `tools` replaced. */
  functions?: readonly FunctionOffer[] | null | undefined;
  reasoning_effort?: string | null | undefined;
  /** OpenRouter's form of it. */
  reasoning?: { effort?: string | null; max_tokens?: number | null } | null | undefined;
  modalities?: readonly string[] | null | undefined;
  response_format?: { type?: string } | null | undefined;
  service_tier?: string | null | undefined;
}

/** `POST /chat/completions`, streamed or not. */
export const chat: Call<[ChatParams, ...unknown[]], ChatCompletion, ChatCompletionChunk> = withOwnAttributes(
  {
    path: "/chat/completions",
    request(params) {
      const facts = readParameters("chat", params);
      facts.reasoningLevel = params.reasoning_effort ?? params.reasoning?.effort;
      facts.outputType = params.modalities?.includes("audio") ? "speech" : formatType(params.response_format);
      facts.content = () => ({
        inputMessages: objectsOf(params.messages).map(readChatMessage),
        toolDefinitions: readChatTools(params.tools, params.functions),
      });
      return facts;
    },
    response: (completion, request) => ({
      // Snowflake leaves what it does not know empty.
      id: completion.id || undefined,
      model: completion.model || undefined,
      finishReasons: completion.choices?.map((choice) => choice.finish_reason),
      usage: readCompletionUsage(
        completion.usage ?? completion.x_groq?.usage,
        completion.model ?? request.model,
      ),
      error: readFailure(completion),
      content: () => ({ outputMessages: readAnswers(completion) }),
      ownAttributes: undefined,
    }),
    fold: foldChat,
  },
  "chat_completions",
);

function readAnswers({ choices, citations: cited, search_results: found }: ChatCompletion): Message[] {
  const citations = cited ?? found;
  const answers = objectsOf(choices).map(({ message }) => readChatMessage(message ?? {}));
  if (Array.isArray(citations) && citations.length > 0)
    answers[0]?.parts.push({ type: "citations", citations });
  return answers;
}

/** `gen_ai.output.type` of a response format; `undefined` when none was requested. */
export function formatType(format: { type?: unknown } | null | undefined): string | undefined {
  const type = textOf(format?.type);
  return type?.startsWith("json") ? "json" : type && "text";
}
