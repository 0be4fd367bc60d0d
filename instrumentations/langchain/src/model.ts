import { type RequestFacts, type ResponseFacts, readEndpoint, withoutNulls } from "@kit/genai";
import { readContent, readMessages, readTools } from "./messages.js";
import { readUsage } from "./usage.js";

/** What is foreign and has members. */
export type Members = Readonly<Record<string, unknown>>;

/** Facts of a request by the names that integrations have for them: they name parameters as their providers do. */
const PARAMETERS: ReadonlyMap<string, keyof RequestFacts> = new Map(
  (
    [
      ["model", ["model", "model_name", "modelName", "modelId"]],
      ["maxTokens", ["max_tokens", "max_completion_tokens", "max_output_tokens"]],
      ["maxTokens", ["maxTokens", "maxOutputTokens", "num_predict"]],
      ["temperature", ["temperature"]],
      ["topP", ["top_p", "topP"]],
      ["topK", ["top_k", "topK"]],
      ["frequencyPenalty", ["frequency_penalty", "frequencyPenalty"]],
      ["presencePenalty", ["presence_penalty", "presencePenalty"]],
      ["stopSequences", ["stop", "stop_sequences", "stopSequences"]],
      ["seed", ["seed"]],
      ["choiceCount", ["n"]],
      ["outputType", ["response_format", "responseFormat", "format"]],
      ["reasoningLevel", ["reasoning_effort", "reasoning"]],
    ] as const
  ).flatMap(([fact, names]) => names.map((name) => [name, fact] as const)),
);

/** Members under which integrations nest the parameters that others have at the top. */
const NESTED = ["inferenceConfig", "generationConfig", "options"];

/** Reads what a model was asked. */
export function readRequest(
  operation: string,
  extra: object | undefined,
  metadata: Members | undefined,
  input: unknown,
  model: Members | undefined,
): RequestFacts {
  const { invocation_params: params = {}, options } = (extra ?? {}) as Record<string, Members | undefined>;
  const told: Partial<Record<keyof RequestFacts, unknown>> = {};
  readParameters(told, params);
  for (const name of NESTED) if (params[name] != null) readParameters(told, params[name] as Members);
  told.model ??= metadata?.ls_model_name ?? (model && firstOf([model], "model", "modelName", "modelId"));
  told.maxTokens ??= metadata?.ls_max_tokens;
  told.temperature ??= metadata?.ls_temperature;
  told.stopSequences ??= metadata?.ls_stop ?? options?.stop;
  // Some integrations name none by an empty list.
  if ((told.stopSequences as unknown[] | undefined)?.length === 0) told.stopSequences = undefined;
  if (told.outputType !== undefined) told.outputType = readOutputType(told.outputType);
  if (typeof told.reasoningLevel === "object") told.reasoningLevel = (told.reasoningLevel as Members).effort;
  told.content = () => ({
    inputMessages: readMessages(input) ?? [],
    toolDefinitions: readTools(params.tools ?? options?.tools) ?? [],
  });
  // Values of other types than expected are left out when the span is written.
  return Object.assign(told as Partial<RequestFacts>, { operation });
}

function readParameters(told: Partial<Record<keyof RequestFacts, unknown>>, params: Members): void {
  for (const name in params) {
    const fact = PARAMETERS.get(name);
    if (fact !== undefined && params[name] != null) told[fact] ??= params[name];
  }
}

/** The first of several names that one of the sources has, the first source first. */
function firstOf(sources: readonly (Members | undefined)[], ...names: string[]): unknown {
  for (const name of names) for (const source of sources) if (source?.[name] != null) return source[name];
  return undefined;
}

function readOutputType(format: unknown): string | undefined {
  const type = typeof format === "object" && format !== null ? (format as { type?: unknown }).type : format;
  if (typeof type !== "string") return typeof format === "object" && format !== null ? "json" : undefined;
  return type.startsWith("json") ? "json" : "text";
}

/** Where the model's client sends its calls, as far as the model tells. */
export function readModelEndpoint(model: Members | undefined): ReturnType<typeof readEndpoint> {
  const { clientConfig, configuration } = (model ?? {}) as Record<string, Members | undefined>;
  const own = firstOf([model], "baseUrl", "baseURL", "apiUrl", "anthropicApiUrl", "endpoint");
  return readEndpoint(own ?? firstOf([clientConfig, configuration], "baseURL"));
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

/** What the library hands to callbacks when a model has answered. */
export interface ModelResult {
  generations?: readonly (readonly (Generation | undefined)[])[];
  llmOutput?: Members;
}

const REASONS = ["finish_reason", "finishReason", "stop_reason", "stopReason", "done_reason"];

/** Reads what a model answered. */
export function readResponse({ generations, llmOutput }: ModelResult): ResponseFacts {
  const choices = (generations ?? []).flat().filter((choice) => choice !== undefined);
  const [first] = choices;
  const told = [first?.message?.response_metadata, first?.generationInfo, llmOutput];
  const reasons = choices.map(readReason);
  const older = firstOf(told, "tokenUsage", "usage", "estimatedTokenUsage");
  return {
    id: readId(first?.message?.id, told),
    model: firstOf(told, "model_name", "model", "modelId", "model_id") as string | undefined,
    usage: readUsage(first?.message?.usage_metadata, older as object | undefined),
    ...(reasons.some((reason) => reason !== undefined) && { finishReasons: reasons as string[] }),
    content: () => ({
      outputMessages: choices.map(
        ({ message, text }) =>
          readMessages(message)?.[0] ?? { role: "assistant", parts: readContent(text ?? "") },
      ),
    }),
  };
}

/** Anthropic's streams tell the reason beside the message, and OpenAI's newer API tells none, but how the call went. */
function readReason({ generationInfo, message }: Generation): unknown {
  const { response_metadata: told, additional_kwargs: beside, tool_calls: calls } = message ?? {};
  const reason = firstOf([generationInfo, told, beside], ...REASONS);
  if (reason !== undefined || told?.object !== "response") return reason;
  if (told.status === "completed") return calls?.length ? "tool_calls" : "stop";
  if (told.status !== "incomplete") return told.status === "failed" ? "error" : undefined;
  return (told.incomplete_details as Members | null)?.reason === "max_output_tokens"
    ? "length"
    : "content_filter";
}

/** The library gives answers without an id one of its own, made of the run's. */
function readId(id: string | undefined, told: readonly (Members | undefined)[]): string | undefined {
  if (typeof id === "string" && !/^(?:lc_)?run-/.test(id)) return id;
  return firstOf(told, "id") as string | undefined;
}

/** The text of one piece of a stream: text models stream texts, chat models parts of a message. */
export function readPiece(piece: unknown): string {
  const text =
    typeof piece === "string" ? piece : (piece as { content?: unknown } | null | undefined)?.content;
  return typeof text === "string" ? text : "";
}

/** What is known of an answer that was cut: it has not finished, and came as far as this. */
export function readCut(pieces: readonly string[]): ResponseFacts {
  const outputMessages = [{ role: "assistant", parts: readContent(pieces.join("")) }];
  return { finishReasons: [null], ...(pieces.length > 0 && { content: () => ({ outputMessages }) }) };
}

/** What both know of one answer: the client below heard the provider itself. */
export function joinResponses(
  ours: ResponseFacts,
  clients: Omit<ResponseFacts, "content"> | undefined,
): ResponseFacts {
  return clients === undefined ? ours : { ...ours, ...withoutNulls(clients) };
}
