import { type RequestFacts, type ResponseFacts, withoutNulls } from "@kit/genai";
import { readEndpoint } from "@kit/genai/framework";
import { ANSWER, gather, type Members, REQUEST } from "../names.js";
import { readContent, readMessages, readTools } from "./messages.js";
import { readUsage } from "./usage.js";

/** What is known of a model call before it starts. */
export interface AskedModel {
  readonly operation: "chat" | "text_completion";
  readonly input: unknown;
  /** `invocation_params`, as the provider names them, and the caller's `options`. */
  readonly extra: object | undefined;
  readonly metadata: Members | undefined;
  readonly className: string | undefined;
  /** The model itself, or the arguments of its constructor. */
  readonly members: Members | undefined;
}

/** Reads the request of a model call. */
export function readRequest({ operation, input, extra, metadata, members: model }: AskedModel): RequestFacts {
  const { invocation_params: params, options } = (extra ?? {}) as Record<string, Members | undefined>;
  // Bedrock, Google, Ollama and OpenAI's Responses API nest some of their parameters.
  const { inferenceConfig, generationConfig, options: nested, text } = params ?? {};
  const { tools, ...told } = gather(REQUEST, params, inferenceConfig, generationConfig, nested, text);
  told.model ??= metadata?.ls_model_name ?? model?.model ?? model?.modelName ?? model?.modelId;
  told.maxTokens ??= metadata?.ls_max_tokens;
  told.temperature ??= metadata?.ls_temperature;
  told.stopSequences ??= metadata?.ls_stop ?? options?.stop;
  // Google's integrations send an empty list for none.
  if ((told.stopSequences as unknown[] | undefined)?.length === 0) told.stopSequences = undefined;
  if (told.outputType !== undefined) told.outputType = readOutputType(told.outputType);
  if (typeof told.reasoningLevel === "object") told.reasoningLevel = (told.reasoningLevel as Members).effort;
  // Values of unexpected types are dropped when the span is written.
  const request = told as RequestFacts;
  request.operation = operation;
  request.content = () => ({
    inputMessages: readMessages(input) ?? [],
    toolDefinitions: readTools(tools ?? options?.tools) ?? [],
  });
  return request;
}

/** A format is a word, a media type, a JSON schema, or an object of one of these types. */
function readOutputType(format: unknown): string {
  const { type = format } = format as Members;
  return typeof type === "string" && type.startsWith("text") ? "text" : "json";
}

/** The address of the model's server, if a member of the model holds it. */
export function readModelEndpoint(model: Members | undefined): ReturnType<typeof readEndpoint> {
  const { baseUrl, baseURL, apiUrl, anthropicApiUrl, endpoint, clientConfig, configuration } = model ?? {};
  const client = (clientConfig ?? configuration) as Members | undefined;
  return readEndpoint(baseUrl ?? baseURL ?? apiUrl ?? anthropicApiUrl ?? endpoint ?? client?.baseURL);
}

interface Generation {
  text?: string;
  generationInfo?: Members;
  message?: {
    id?: string;
    content?: unknown;
    usage_metadata?: object;
    response_metadata?: Members;
    additional_kwargs?: Members;
    tool_calls?: readonly unknown[];
  };
}

/** The argument of the end callback of models. */
export interface ModelResult {
  generations?: readonly (readonly (Generation | undefined)[])[];
  llmOutput?: Members;
}

/** Reads the answer of a model; `cached` is the most tokens from a cache that a piece of it told. */
export function readResponse({ generations, llmOutput }: ModelResult, cached?: number): ResponseFacts {
  const choices = (generations ?? []).flat().filter((choice) => choice != null);
  const message = choices[0]?.message;
  const told = choices.map(readChoice);
  const { id, model, usage, tier } = gather(ANSWER, told[0], llmOutput);
  const reasons = told.map(({ reason }, index) => reason ?? readStatus(choices[index]?.message));
  return {
    id: isOwnId(message?.id) ? message?.id : (id as string | undefined),
    model: model as string | undefined,
    usage: readUsage(message?.usage_metadata, usage, tier, cached),
    ...(reasons.some((reason) => reason !== undefined) && { finishReasons: reasons as string[] }),
    content: () => ({
      outputMessages: choices.map(
        ({ message, text }) =>
          readMessages(message)?.[0] ?? { role: "assistant", parts: readContent(text ?? "") },
      ),
    }),
  };
}

/** For Anthropic's streams, `additional_kwargs` holds what is otherwise in `response_metadata`. */
function readChoice({ generationInfo, message }: Generation) {
  return gather(ANSWER, generationInfo, message?.response_metadata, message?.additional_kwargs);
}

/** OpenAI's Responses API has a status instead of a finish reason. */
function readStatus(message: Generation["message"]): string | undefined {
  const { object, status, incomplete_details: details } = message?.response_metadata ?? {};
  if (object !== "response") return undefined;
  if (status === "completed") return message?.tool_calls?.length ? "tool_calls" : "stop";
  if (status !== "incomplete") return status === "failed" ? "error" : undefined;
  return (details as Members | null)?.reason === "max_output_tokens" ? "length" : "content_filter";
}

/** Answers without an id get one from the library, made from the run's. */
function isOwnId(id: string | undefined): boolean {
  return typeof id === "string" && !/^(?:lc_)?run-/.test(id);
}

/** The text in a chunk: a string from text models, a partial message from chat models, or an event. */
export function readPiece(piece: unknown): string {
  const { content, delta } = (piece ?? {}) as { content?: unknown; delta?: { text?: unknown } };
  const text = typeof piece === "string" ? piece : (delta?.text ?? content);
  return typeof text === "string" ? text : "";
}

/** Reads the answer of a stream that was cut off after this text. */
export function readCut(text: string): ResponseFacts {
  const outputMessages = [{ role: "assistant", parts: readContent(text) }];
  return { finishReasons: [null], ...(text !== "" && { content: () => ({ outputMessages }) }) };
}

/** Joins what is known of one answer. The client inside wins, because it saw the provider's own answer. */
export function joinResponses(
  ours: ResponseFacts,
  clients: Omit<ResponseFacts, "content"> | undefined,
): ResponseFacts {
  return clients === undefined ? ours : { ...ours, ...withoutNulls(clients) };
}
