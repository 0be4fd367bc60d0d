import { messages } from "@kit/anthropic-messages";
import { chat } from "@kit/chat-completions";
import type { Call, Fold, RequestFacts, ResponseFacts, Usage } from "@kit/genai";
import { guardrail, readAnswer, readConverse } from "./converse.js";
import { foldConverse } from "./converse-fold.js";
import { readEmbedAnswer, readEmbedRequest } from "./embeddings.js";
import { isTextAnswer, readTextAnswer, readTextRequest, TextFold } from "./text-format.js";

type Body = Readonly<Record<string, unknown>>;

/** One of the formats that models have for themselves. Bodies tell theirs; names of models are too many, and hide in ARNs. */
interface Format {
  asks(asked: Body): boolean;
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
      isList(list) && (inferenceConfig !== undefined || schemaVersion !== undefined),
    request: readConverse,
    answers: ({ output, messageStart }) => output !== undefined || messageStart !== undefined,
    response: readAnswer,
    fold: (content) => foldConverse(content) as Fold<object, object>,
  },
  {
    asks: ({ messages: list }) => isList(list),
    request: (asked, model, stream) => ({ ...chat.request(asked), model, stream, ownAttributes: undefined }),
    answers: ({ choices }) => isList(choices) && choices.some((each) => "message" in each || "delta" in each),
    response: (body, request) => ({ ...chat.response?.(body, request), ownAttributes: undefined }),
    fold: (content) => chat.fold?.(content) as Fold<object, object>,
  },
  {
    asks: ({ texts, inputText, textGenerationConfig: generates, inputImage, inputs }) =>
      isList(texts) || isList(inputs) || ((inputText ?? inputImage) !== undefined && generates === undefined),
    request: readEmbedRequest,
    answers: ({ embedding, embeddings }) => embedding !== undefined || embeddings !== undefined,
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

interface Command {
  readonly input: {
    readonly modelId?: string;
    readonly body?: unknown;
    readonly guardrailIdentifier?: string;
  };
}

/** A body as it came, or as it was put together from a stream. */
interface Answer {
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

/** `InvokeModelCommand` and its streamed form; `undefined` where a model makes pictures or videos. */
export function chooseInvocation(
  { body }: Command["input"],
  stream: boolean,
): Call<[Command], Answer, Chunk> | undefined {
  const asked = parse(body) ?? {};
  if (asked.taskType !== undefined && asked.messages === undefined) return undefined;
  const format = FORMATS.find(({ asks }) => asks(asked));
  return {
    request: ({ input: { modelId: model, guardrailIdentifier } }) => ({
      ...(format?.request(asked, model, stream) ?? { operation: "chat", model, stream }),
      ...(guardrailIdentifier !== undefined && { attributes: guardrail(guardrailIdentifier) }),
    }),
    response: readInvocation,
    ...(stream && {
      streamIn: (answer: unknown) => (answer as Answer | null)?.body,
      fold: (content: boolean) => new InvocationFold(content),
    }),
  };
}

function readInvocation({ body, folded, metrics }: Answer, request: RequestFacts): ResponseFacts {
  const answer = folded ?? parse(body) ?? {};
  const facts = FORMATS.find(({ answers }) => answers(answer))?.response(answer, request) ?? {};
  return { ...facts, usage: facts.usage ?? toUsage(metrics) };
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
