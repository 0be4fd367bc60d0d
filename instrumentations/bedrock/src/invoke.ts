import {
  type Call,
  type Fold,
  KIT_ATTR,
  type RequestFacts,
  type ResponseFacts,
  type Usage,
} from "@kit/genai";
import { guardrail } from "./converse/converse.js";
import { type Body, FORMATS, isOther } from "./formats/formats.js";

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
  /** What Bedrock said last of the guardrail. */
  readonly guardrailAction?: unknown;
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

/** Bedrock adds this member to bodies of all formats where a guardrail was asked for. */
const GUARDRAIL_ACTION = "amazon-bedrock-guardrailAction";

/** Converse's word for the reason, where a body that a guardrail wrote in the model's place has none. */
const BLOCKED = "guardrail_intervened";

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

function readInvocation(answer: Answer, request: RequestFacts): ResponseFacts {
  const { body, folded, guardrailAction, metrics, serviceTier, performanceConfigLatency } = answer;
  const told = folded ?? parse(body) ?? {};
  const facts = FORMATS.find(({ answers }) => answers(told))?.response(told, request) ?? {};
  const usage = facts.usage ?? toUsage(metrics);
  const guarded = folded === undefined ? told[GUARDRAIL_ACTION] : guardrailAction;
  // Streams count their output at their end only.
  const blocked = guarded === "INTERVENED" && (folded === undefined || usage?.output != null);
  const terms = [...(usage?.terms ?? []), serviceTier, performanceConfigLatency];
  return {
    ...facts,
    ...(blocked && { finishReasons: facts.finishReasons?.map((reason) => reason ?? BLOCKED) }),
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
  #guardrailAction: unknown;

  constructor(content: boolean) {
    this.#content = content;
  }

  add({ chunk }: Chunk): void {
    const piece = parse(chunk?.bytes);
    if (piece === undefined) return;
    this.#metrics = (piece["amazon-bedrock-invocationMetrics"] as Metrics | undefined) ?? this.#metrics;
    this.#guardrailAction = piece[GUARDRAIL_ACTION] ?? this.#guardrailAction;
    this.#fold ??= FORMATS.find(({ answers }) => answers(piece))?.fold?.(this.#content);
    this.#fold?.add(piece);
  }

  body(): Answer {
    const folded = { ...this.#fold?.body() };
    return { folded, metrics: this.#metrics, guardrailAction: this.#guardrailAction };
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
