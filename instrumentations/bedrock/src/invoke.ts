import { messages } from "@kit/anthropic-messages";
import { chat } from "@kit/chat-completions";
import {
  type Call,
  type Fold,
  KIT_ATTR,
  type RequestFacts,
  type ResponseFacts,
  type Usage,
} from "@kit/genai";
import { CohereFold, readCohereAnswer, readCohereRequest } from "./cohere-chat.js";
import { guardrail, readAnswer, readConverse } from "./converse.js";
import { foldConverse } from "./converse-fold.js";
import { readEmbedAnswer, readEmbedRequest } from "./embeddings.js";
import { isTextAnswer, readTextAnswer, readTextRequest, TextFold } from "./text-format.js";

type Body = Readonly<Record<string, unknown>>;

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

const FORMATS: readonly Format[] = [
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
    fold: (content) => foldConverse(content) as Fold<object, object>,
  },
  {
    asks: ({ messages: list }) => isList(list),
    request: (asked, model, stream) => ({ ...chat.request(asked), model, stream, ownAttributes: undefined }),
    answers: ({ choices }) => isList(choices) && choices.some((each) => "message" in each || "delta" in each),
    response: (body, request) => ({
      ...chat.response?.(toCompletion(body), request),
      ownAttributes: undefined,
    }),
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

/** What a model is asked, with the body as it was read. */
interface Input {
  readonly modelId?: string;
  readonly body?: unknown;
  readonly guardrailIdentifier?: string;
}

/** Under what terms a model was called, as Bedrock tells beside the body. */
interface Terms {
  readonly serviceTier?: string | undefined;
  readonly performanceConfigLatency?: string | undefined;
}

/** A body as it came, or as it was put together from a stream. */
interface Answer extends Terms {
  readonly body?: unknown;
  readonly folded?: Body | undefined;
  readonly metrics?: Metrics | undefined;
}

interface Chunk {
  readonly chunk?: { readonly bytes?: Uint8Array };
}

/** What Bedrock itself counts, in the last chunk of every stream. */
interface Metrics {
  readonly inputTokenCount?: number;
  readonly outputTokenCount?: number;
  readonly cacheReadInputTokenCount?: number;
  readonly cacheWriteInputTokenCount?: number;
}

/** `InvokeModelCommand` and its streamed form; `undefined` where a model makes pictures or videos, or ranks texts. */
export function chooseInvocation(
  { modelId: model, guardrailIdentifier, body }: Input,
  stream: boolean,
): { call: Call<[Input], Answer, Chunk>; given: [Input] } | undefined {
  const asked = parse(body) ?? {};
  if (isOther(asked, model)) return undefined;
  const format = FORMATS.find(({ asks }) => asks(asked, model ?? "", stream));
  let terms: Terms = {};
  const call: Call<[Input], Answer, Chunk> = {
    request: () => ({
      ...(format?.request(asked, model, stream) ?? { operation: "chat", model, stream }),
      ...(guardrailIdentifier !== undefined && { attributes: guardrail(guardrailIdentifier) }),
    }),
    response: (answer, request) => readInvocation({ ...terms, ...answer }, request),
    ...(stream && {
      streamIn: (answer: unknown) => {
        const { body: chunks, serviceTier, performanceConfigLatency } = (answer ?? {}) as Answer;
        terms = { serviceTier, performanceConfigLatency };
        return chunks;
      },
      fold: (content: boolean) => new InvocationFold(content),
    }),
  };
  // Errors may quote what is inside of a body.
  return { call, given: [{ modelId: model, guardrailIdentifier, body: asked }] };
}

/** Whether a model is asked for something else than text or vectors. */
function isOther({ taskType, messages: list, text_prompts, query, documents }: Body, model = ""): boolean {
  if (taskType !== undefined && list === undefined) return !isEmbeddingTask(taskType);
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
  return isList(content) && content.some((block) => typeof block === "object" && !("type" in Object(block)));
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

function readInvocation(answer: Answer, request: RequestFacts): ResponseFacts {
  const { body, folded, metrics, serviceTier, performanceConfigLatency } = answer;
  const told = folded ?? parse(body) ?? {};
  const facts = FORMATS.find(({ answers }) => answers(told))?.response(told, request) ?? {};
  const usage = facts.usage ?? toUsage(metrics);
  const terms = [...(usage?.terms ?? []), serviceTier, performanceConfigLatency];
  return {
    ...facts,
    usage: usage && { ...usage, terms },
    ...(serviceTier !== undefined && {
      attributes: { ...facts.attributes, [KIT_ATTR.responseServiceTier]: serviceTier },
    }),
  };
}

function toUsage(metrics: Metrics | undefined): Usage | undefined {
  if (metrics === undefined) return undefined;
  const { inputTokenCount, outputTokenCount: output } = metrics;
  const { cacheReadInputTokenCount: cacheRead, cacheWriteInputTokenCount: cacheWrite } = metrics;
  const input =
    inputTokenCount === undefined ? undefined : inputTokenCount + (cacheRead ?? 0) + (cacheWrite ?? 0);
  return { input, output, cacheRead, cacheWrite };
}

class InvocationFold implements Fold<Chunk, Answer> {
  readonly #content: boolean;
  #fold: Fold<object, object> | undefined;
  #metrics: Metrics | undefined;

  constructor(content: boolean) {
    this.#content = content;
  }

  add({ chunk }: Chunk): void {
    const piece = parse(chunk?.bytes);
    if (piece === undefined) return;
    this.#metrics = (piece["amazon-bedrock-invocationMetrics"] as Metrics | undefined) ?? this.#metrics;
    this.#fold ??= FORMATS.find(({ answers }) => answers(piece))?.fold?.(this.#content);
    this.#fold?.add(piece);
  }

  body(): Answer {
    return { folded: { ...this.#fold?.body() }, metrics: this.#metrics };
  }
}

/** The object in a body, which is text or its bytes; `undefined` for anything else, such as a picture. */
function parse(body: unknown): Body | undefined {
  if (typeof body !== "string" && !(body instanceof Uint8Array)) return undefined;
  try {
    const text = typeof body === "string" ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    const value: unknown = JSON.parse(String(text));
    return typeof value === "object" && value !== null ? (value as Body) : undefined;
  } catch {
    return undefined;
  }
}
