import type { Attributes, AttributeValue } from "@opentelemetry/api";
import { ATTR } from "./attributes.js";
import type { RequestFacts, ResponseFacts } from "./operation.js";
import { setUsage } from "./usage.js";

type Names<T> = readonly (readonly [key: keyof T, name: string])[];

const REQUEST: Names<RequestFacts> = [
  ["maxTokens", ATTR.requestMaxTokens],
  ["temperature", ATTR.requestTemperature],
  ["topP", ATTR.requestTopP],
  ["topK", ATTR.requestTopK],
  ["frequencyPenalty", ATTR.requestFrequencyPenalty],
  ["presencePenalty", ATTR.requestPresencePenalty],
  ["seed", ATTR.requestSeed],
  ["outputType", ATTR.outputType],
  ["reasoningLevel", ATTR.requestReasoningLevel],
  ["previousResponseId", ATTR.requestPreviousResponseId],
  ["encodingFormats", ATTR.requestEncodingFormats],
  ["dimensions", ATTR.embeddingsDimensionCount],
  ["conversationId", ATTR.conversationId],
];

const RESPONSE: Names<ResponseFacts> = [
  ["id", ATTR.responseId],
  ["model", ATTR.responseModel],
  ["status", ATTR.responseStatus],
  ["conversationId", ATTR.conversationId],
  ["dimensions", ATTR.embeddingsDimensionCount],
];

/** Adds what the caller asked for. */
export function setRequest(attributes: Attributes, request: RequestFacts): void {
  copy(attributes, request, REQUEST);
  const { stopSequences, choiceCount, streamCursor } = request;
  if (stopSequences != null) {
    attributes[ATTR.requestStopSequences] =
      typeof stopSequences === "string" ? [stopSequences] : stopSequences;
  }
  if (choiceCount != null && choiceCount !== 1) attributes[ATTR.requestChoiceCount] = choiceCount;
  if (streamCursor != null) attributes[ATTR.requestStreamCursor] = String(streamCursor);
  if (request.stream === true) attributes[ATTR.requestStream] = true;
  if (request.attributes !== undefined) Object.assign(attributes, request.attributes);
}

/** Adds what the provider answered. A choice that never finished has the reason `error`. */
export function setResponse(attributes: Attributes, response: ResponseFacts): void {
  copy(attributes, response, RESPONSE);
  const { finishReasons } = response;
  if (finishReasons !== undefined && finishReasons.length > 0) {
    attributes[ATTR.responseFinishReasons] = finishReasons.map((reason) => reason ?? "error");
  }
  if (response.compacted === true) attributes[ATTR.conversationCompacted] = true;
  if (response.usage !== undefined) setUsage(attributes, response.usage);
  if (response.attributes !== undefined) Object.assign(attributes, response.attributes);
}

function copy<T extends object>(attributes: Attributes, facts: T, names: Names<T>): void {
  for (const [key, name] of names) {
    const value = facts[key] as AttributeValue | null | undefined;
    if (value != null) attributes[name] = value;
  }
}
