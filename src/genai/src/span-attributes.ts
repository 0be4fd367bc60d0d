import type { Attributes, AttributeValue } from "@opentelemetry/api";
import { ATTR } from "./attributes.js";
import type { RequestFacts, ResponseFacts } from "./operation.js";
import { setUsage } from "./usage.js";

/** What the conventions take for a value. Applications and providers send others; those are not recorded. */
const KINDS = {
  text: (value: unknown) => typeof value === "string",
  int: (value: unknown) => Number.isSafeInteger(value),
  double: (value: unknown) => Number.isFinite(value),
  texts: (value: unknown) => Array.isArray(value) && value.every((item) => typeof item === "string"),
};

type Names<T> = readonly (readonly [key: keyof T, name: string, is: (value: unknown) => boolean])[];

const REQUEST: Names<RequestFacts> = [
  ["maxTokens", ATTR.requestMaxTokens, KINDS.int],
  ["temperature", ATTR.requestTemperature, KINDS.double],
  ["topP", ATTR.requestTopP, KINDS.double],
  ["topK", ATTR.requestTopK, KINDS.int],
  ["frequencyPenalty", ATTR.requestFrequencyPenalty, KINDS.double],
  ["presencePenalty", ATTR.requestPresencePenalty, KINDS.double],
  ["seed", ATTR.requestSeed, KINDS.int],
  ["outputType", ATTR.outputType, KINDS.text],
  ["reasoningLevel", ATTR.requestReasoningLevel, KINDS.text],
  ["previousResponseId", ATTR.requestPreviousResponseId, KINDS.text],
  ["encodingFormats", ATTR.requestEncodingFormats, KINDS.texts],
  ["dimensions", ATTR.embeddingsDimensionCount, KINDS.int],
  ["conversationId", ATTR.conversationId, KINDS.text],
];

const RESPONSE: Names<ResponseFacts> = [
  ["id", ATTR.responseId, KINDS.text],
  ["model", ATTR.responseModel, KINDS.text],
  ["status", ATTR.responseStatus, KINDS.text],
  ["conversationId", ATTR.conversationId, KINDS.text],
  ["dimensions", ATTR.embeddingsDimensionCount, KINDS.int],
];

/** Adds what the caller asked for. */
export function setRequest(attributes: Attributes, request: RequestFacts): void {
  copy(attributes, request, REQUEST);
  const { stopSequences, choiceCount, streamCursor } = request;
  if (stopSequences != null) {
    const stops = typeof stopSequences === "string" ? [stopSequences] : stopSequences;
    if (KINDS.texts(stops)) attributes[ATTR.requestStopSequences] = stops;
  }
  if (choiceCount !== 1 && KINDS.int(choiceCount))
    attributes[ATTR.requestChoiceCount] = choiceCount as number;
  if (streamCursor != null) attributes[ATTR.requestStreamCursor] = String(streamCursor);
  if (request.stream === true) attributes[ATTR.requestStream] = true;
  if (request.attributes !== undefined) setOthers(attributes, request.attributes);
}

/** Adds what the provider answered. A choice that never finished has the reason `error`. */
export function setResponse(attributes: Attributes, response: ResponseFacts): void {
  copy(attributes, response, RESPONSE);
  const { finishReasons } = response;
  if (finishReasons !== undefined && finishReasons.length > 0) {
    attributes[ATTR.responseFinishReasons] = finishReasons.map((reason) =>
      typeof reason === "string" ? reason : "error",
    );
  }
  if (response.compacted === true) attributes[ATTR.conversationCompacted] = true;
  if (response.usage !== undefined) setUsage(attributes, response.usage);
  if (response.attributes !== undefined) setOthers(attributes, response.attributes);
}

/** Adds attributes that a library's translation names itself. */
export function setOthers(attributes: Attributes, others: Attributes): void {
  for (const [name, value] of Object.entries(others)) {
    if (KINDS.text(value) || KINDS.double(value) || typeof value === "boolean" || KINDS.texts(value)) {
      attributes[name] = value;
    }
  }
}

/** A model's name, where it is one. */
export function modelOf({ model }: RequestFacts | ResponseFacts): string | undefined {
  return typeof model === "string" && model !== "" ? model : undefined;
}

function copy<T extends object>(attributes: Attributes, facts: T, names: Names<T>): void {
  for (const [key, name, is] of names) {
    const value = facts[key] as AttributeValue | null | undefined;
    if (value != null && is(value)) attributes[name] = value;
  }
}
