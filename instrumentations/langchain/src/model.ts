import { type RequestFacts, type ResponseFacts, withoutNulls } from "@kit/genai";
import { readEndpoint } from "@kit/genai/framework";
import { readContent, readMessages, readTools } from "./messages.js";
import { ANSWER, gather, type Members, REQUEST } from "./names.js";
import { readUsage } from "./usage.js";

/** What the library tells of a model that is asked. */
export interface AskedModel {
  readonly operation: "chat" | "text_completion";
  readonly input: unknown;
  /** Its parameters and options. */
  readonly extra: object | undefined;
  readonly metadata: Members | undefined;
  readonly className: string | undefined;
  /** Of the model itself, or at least what it was made with. */
  readonly members: Members | undefined;
}

/** Reads what a model was asked. */
export function readRequest({ operation, input, extra, metadata, members: model }: AskedModel): RequestFacts {
  const { invocation_params: params, options } = (extra ?? {}) as Record<string, Members | undefined>;
  // Some nest the parameters that others have at the top.
  const { inferenceConfig, generationConfig, options: nested } = params ?? {};
  const { tools, ...told } = gather(REQUEST, params, inferenceConfig, generationConfig, nested);
  told.model ??= metadata?.ls_model_name ?? model?.model ?? model?.modelName ?? model?.modelId;
  told.maxTokens ??= metadata?.ls_max_tokens;
  told.temperature ??= metadata?.ls_temperature;
  told.stopSequences ??= metadata?.ls_stop ?? options?.stop;
  // Some integrations name none by an empty list.
  if ((told.stopSequences as unknown[] | undefined)?.length === 0) told.stopSequences = undefined;
  if (told.outputType !== undefined) told.outputType = readOutputType(told.outputType);
  if (typeof told.reasoningLevel === "object") told.reasoningLevel = (told.reasoningLevel as Members).effort;
  // Values of other types than expected are left out when the span is written.
  const request = told as RequestFacts;
  request.operation = operation;
  request.content = () => ({
    inputMessages: readMessages(input) ?? [],
    toolDefinitions: readTools(tools ?? options?.tools) ?? [],
  });
  return request;
}

function readOutputType(format: unknown): string | undefined {
  const type = typeof format === "object" && format !== null ? (format as { type?: unknown }).type : format;
  if (typeof type !== "string") return typeof format === "object" && format !== null ? "json" : undefined;
  return type.startsWith("json") ? "json" : "text";
}

/** Where the model's client sends its calls, as far as the model tells. */
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

/** What the library hands to callbacks when a model has answered. */
export interface ModelResult {
  generations?: readonly (readonly (Generation | undefined)[])[];
  llmOutput?: Members;
}

/** Reads what a model answered. */
export function readResponse({ generations, llmOutput }: ModelResult): ResponseFacts {
  const choices: Generation[] = [];
  for (const ofPrompt of generations ?? [])
    for (const choice of ofPrompt) if (choice != null) choices.push(choice);
  const message = choices[0]?.message;
  const told = choices.map(readChoice);
  const { id, model, usage, tier } = gather(ANSWER, told[0], llmOutput);
  const reasons = told.map(({ reason }, index) => reason ?? readStatus(choices[index]?.message));
  return {
    id: isOwnId(message?.id) ? message?.id : (id as string | undefined),
    model: model as string | undefined,
    usage: readUsage(message?.usage_metadata, usage, tier),
    ...(reasons.some((reason) => reason !== undefined) && { finishReasons: reasons as string[] }),
    content: () => ({
      outputMessages: choices.map(
        ({ message, text }) =>
          readMessages(message)?.[0] ?? { role: "assistant", parts: readContent(text ?? "") },
      ),
    }),
  };
}

/** Anthropic's streams tell beside the message what its answers tell in it. */
function readChoice({ generationInfo, message }: Generation) {
  return gather(ANSWER, generationInfo, message?.response_metadata, message?.additional_kwargs);
}

/** OpenAI's newer API tells no reason, but how the call went. */
function readStatus(message: Generation["message"]): string | undefined {
  const { object, status, incomplete_details: details } = message?.response_metadata ?? {};
  if (object !== "response") return undefined;
  if (status === "completed") return message?.tool_calls?.length ? "tool_calls" : "stop";
  if (status !== "incomplete") return status === "failed" ? "error" : undefined;
  return (details as Members | null)?.reason === "max_output_tokens" ? "length" : "content_filter";
}

/** The library gives answers without an id one of its own, made of the run's. */
function isOwnId(id: string | undefined): boolean {
  return typeof id === "string" && !/^(?:lc_)?run-/.test(id);
}

/** The text of one piece of a stream: text models stream texts, chat models parts of a message, or events of both. */
export function readPiece(piece: unknown): string {
  const { content, delta } = (piece ?? {}) as { content?: unknown; delta?: { text?: unknown } };
  const text = typeof piece === "string" ? piece : (delta?.text ?? content);
  return typeof text === "string" ? text : "";
}

/** What is known of an answer that was cut: it has not finished, and came as far as this. */
export function readCut(text: string): ResponseFacts {
  const outputMessages = [{ role: "assistant", parts: readContent(text) }];
  return { finishReasons: [null], ...(text !== "" && { content: () => ({ outputMessages }) }) };
}

/** What both know of one answer: the client below heard the provider itself. */
export function joinResponses(
  ours: ResponseFacts,
  clients: Omit<ResponseFacts, "content"> | undefined,
): ResponseFacts {
  return clients === undefined ? ours : { ...ours, ...withoutNulls(clients) };
}
