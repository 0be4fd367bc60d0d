import { messages } from "@kit/anthropic-messages";
import { chat } from "@kit/chat-completions";
import type { Fold, RequestFacts, ResponseFacts } from "@kit/genai";
import { readAnswer, readConverse } from "../converse/converse.js";
import { foldNova } from "../converse/converse-fold.js";
import { CohereFold, readCohereAnswer, readCohereRequest } from "./cohere-chat.js";
import { readEmbedAnswer, readEmbedRequest } from "./embeddings.js";
import { isTextAnswer, readTextAnswer, readTextRequest, TextFold } from "./text-format.js";

export type Body = Readonly<Record<string, unknown>>;

/** One of the formats that models have for themselves. Bodies tell theirs; names of models are too many, and hide in ARNs. */
interface Format {
  asks(asked: Body, model: string, stream: boolean): boolean;
  request(asked: Body, model: string | undefined, stream: boolean): RequestFacts;
  /** Whether this is an answer, or the first chunk of one. */
  answers(body: Body): boolean;
  response(body: Body, request: RequestFacts): ResponseFacts;
  fold?(content: boolean): Fold<object, object>;
}

const isList = Array.isArray;

export const FORMATS: readonly Format[] = [
  {
    asks: ({ anthropic_version: version, messages: list }) => typeof version === "string" && isList(list),
    request: (asked, model, stream) => ({ ...messages.request(asked), model, stream }),
    answers: ({ type }) => type === "message" || type === "message_start",
    response: (body, request) => messages.response?.(body, request) ?? {},
    fold: (content) => messages.fold?.(content) as Fold<object, object>,
  },
  {
    asks: ({ messages: list, inferenceConfig, schemaVersion }) =>
      isList(list) &&
      (inferenceConfig !== undefined || schemaVersion !== undefined || list.some(hasUntypedBlocks)),
    request: readConverse,
    answers: ({ output, messageStart }) => output !== undefined || messageStart !== undefined,
    response: readAnswer,
    fold: (content) => foldNova(content) as Fold<object, object>,
  },
  {
    asks: ({ messages: list }) => isList(list),
    request: (asked, model, stream) => ({ ...chat.request(asked), model, stream }),
    answers: ({ choices }) => isList(choices) && choices.some((each) => "message" in each || "delta" in each),
    response: (body, request) => chat.response?.(toCompletion(body), request) ?? {},
    fold: (content) => {
      const fold = chat.fold?.(content) as Fold<object, object>;
      return { add: (chunk) => fold.add(toCompletion(chunk as Body)), body: () => fold.body() };
    },
  },
  {
    asks: ({ message }) => typeof message === "string",
    request: readCohereRequest,
    answers: ({ event_type: event, text, response_id: id }) =>
      event !== undefined || (text !== undefined && id !== undefined),
    response: readCohereAnswer,
    fold: (content) => new CohereFold(content),
  },
  {
    asks: (
      { texts, images, inputs, inputText, inputImage, inputType, textGenerationConfig, taskType },
      model,
      stream,
    ) =>
      isList(texts ?? inputs ?? images) ||
      inputType !== undefined ||
      isEmbeddingTask(taskType) ||
      // Titan's models of texts need not be told more either.
      ((inputText ?? inputImage) !== undefined &&
        textGenerationConfig === undefined &&
        !stream &&
        !/titan-t(?:ext|g1)/.test(model)),
    request: readEmbedRequest,
    answers: ({ embedding, embeddings, data }) => (embedding ?? embeddings ?? data) !== undefined,
    response: readEmbedAnswer,
  },
  {
    asks: ({ prompt, inputText }) => typeof (prompt ?? inputText) === "string",
    request: readTextRequest,
    answers: isTextAnswer,
    response: readTextAnswer,
    fold: (content) => new TextFold(content),
  },
];

/** Whether a model is asked for something else than text or vectors. */
export function isOther({ taskType, text_prompts, query, documents }: Body, model = ""): boolean {
  if (taskType !== undefined) return !isEmbeddingTask(taskType);
  return (
    text_prompts !== undefined || (query !== undefined && isList(documents)) || /\bstability\./.test(model)
  );
}

function isEmbeddingTask(type: unknown): boolean {
  return type === "SINGLE_EMBEDDING" || type === "SEGMENTED_EMBEDDING";
}

/** Nova's blocks tell by their members what they hold, those of others by a type. */
function hasUntypedBlocks(message: unknown): boolean {
  const { content } = Object(message) as { content?: unknown };
  return isList(content) && content.some((block) => !("type" in Object(block)));
}

/** Mistral's models have own names for the reason, and for the pieces of a stream. */
function toCompletion(body: Body): Body {
  const choices = body.choices as readonly { message?: object; stop_reason?: string; delta?: object }[];
  if (!isList(choices)) return body;
  return {
    ...body,
    choices: choices.map((each) => ({ finish_reason: each.stop_reason, delta: each.message, ...each })),
  };
}
