import { type Endpoint, type RequestFacts, type ResponseFacts, readEndpoint } from "@kit/genai";
import { readContent, readMessages, readTools } from "./messages.js";
import { readUsage } from "./usage.js";

type Members = Readonly<Record<string, unknown>>;

/** What the library says beside a model's start. */
export interface ModelExtra {
  invocation_params?: Members;
  options?: Members;
}

/** Members under which integrations nest the parameters that others have at the top. */
const NESTED = ["inferenceConfig", "generationConfig", "options"];

/** The first value of several names that is there. */
function firstOf(members: Members, ...names: string[]): unknown {
  for (const name of names) if (members[name] != null) return members[name];
  return undefined;
}

/** Reads what a model was asked; integrations name their parameters as their providers do. */
export function readRequest(
  operation: string,
  extra: ModelExtra | undefined,
  metadata: Members | undefined,
  input: unknown,
  model: Members | undefined,
): RequestFacts {
  const params: Members = Object.assign({}, extra?.invocation_params);
  const all: Members = Object.assign({}, ...NESTED.map((name) => params[name]), params);
  const of = (...names: string[]) => firstOf(all, ...names);
  const told = (name: string) => metadata?.[name];
  const stop = of("stop", "stop_sequences", "stopSequences") ?? told("ls_stop") ?? extra?.options?.stop;
  const facts = {
    model: of("model", "model_name", "modelName", "modelId") ?? told("ls_model_name") ?? nameIn(model),
    maxTokens:
      of(
        "max_tokens",
        "max_completion_tokens",
        "max_output_tokens",
        "maxTokens",
        "maxOutputTokens",
        "num_predict",
      ) ?? told("ls_max_tokens"),
    temperature: of("temperature") ?? told("ls_temperature"),
    topP: of("top_p", "topP"),
    topK: of("top_k", "topK"),
    frequencyPenalty: of("frequency_penalty", "frequencyPenalty"),
    presencePenalty: of("presence_penalty", "presencePenalty"),
    stopSequences: stop,
    seed: of("seed"),
    choiceCount: of("n"),
    outputType: readOutputType(of("response_format", "responseFormat", "format")),
    reasoningLevel: of("reasoning_effort") ?? (of("reasoning") as Members | undefined)?.effort,
    content: () => ({
      inputMessages: readMessages(input) ?? [],
      toolDefinitions: readTools(of("tools") ?? extra?.options?.tools) ?? [],
    }),
  };
  // Values of other types than expected are left out when the span is written.
  return { operation, ...facts } as RequestFacts;
}

function nameIn(model: Members | undefined): unknown {
  return model && firstOf(model, "model", "modelName", "modelId");
}

function readOutputType(format: unknown): string | undefined {
  const type = typeof format === "object" && format !== null ? (format as { type?: unknown }).type : format;
  if (typeof type !== "string") return typeof format === "object" && format !== null ? "json" : undefined;
  return type.startsWith("json") ? "json" : "text";
}

/** Where the model's client sends its calls, as far as the model tells. */
export function readModelEndpoint(model: Members | undefined): Endpoint {
  const { clientConfig, configuration } = (model ?? {}) as Record<string, Members | undefined>;
  const url =
    (model && firstOf(model, "baseUrl", "baseURL", "apiUrl", "anthropicApiUrl", "endpoint")) ??
    (clientConfig && firstOf(clientConfig, "baseURL")) ??
    (configuration && firstOf(configuration, "baseURL"));
  return readEndpoint(url);
}

interface Generation {
  text?: string;
  generationInfo?: Members;
  message?: {
    id?: string;
    content?: unknown;
    usage_metadata?: object;
    response_metadata?: Members;
  };
}

/** What the library hands to callbacks when a model has answered. */
export interface ModelResult {
  generations?: readonly (readonly (Generation | undefined)[])[];
  llmOutput?: Members;
}

const REASONS = ["finish_reason", "finishReason", "stop_reason", "stopReason", "done_reason"];

/** Reads what a model answered. */
export function readResponse({ generations, llmOutput = {} }: ModelResult): ResponseFacts {
  const choices = (generations ?? []).flat().filter((choice) => choice !== undefined);
  const message = choices[0]?.message;
  const told: Members = { ...llmOutput, ...choices[0]?.generationInfo, ...message?.response_metadata };
  const reasons = choices.map(({ generationInfo, message }) =>
    firstOf({ ...message?.response_metadata, ...generationInfo }, ...REASONS),
  );
  const older = firstOf(told, "tokenUsage", "usage", "estimatedTokenUsage");
  return {
    id: readId(message?.id, told),
    model: firstOf(told, "model_name", "model", "modelId", "model_id") as string | undefined,
    usage: readUsage(message?.usage_metadata, older as object | undefined),
    ...(reasons.some((reason) => reason !== undefined) && { finishReasons: reasons as string[] }),
    content: () => ({
      outputMessages: choices.map(
        (choice) =>
          readMessages(choice.message)?.[0] ?? { role: "assistant", parts: readContent(choice.text ?? "") },
      ),
    }),
  };
}

/** The library gives answers without an id one of its own, made of the run's. */
function readId(id: string | undefined, told: Members): string | undefined {
  if (typeof id === "string" && !/^(?:lc_)?run-/.test(id)) return id;
  return told.id as string | undefined;
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
  if (clients === undefined) return ours;
  const told = Object.entries(clients).filter(([, value]) => value != null);
  return { ...ours, ...Object.fromEntries(told) };
}
