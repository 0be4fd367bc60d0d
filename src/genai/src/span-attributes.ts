import type { Attributes } from "@opentelemetry/api";
import { ATTR } from "./attributes.js";
import type { RequestFacts, ResponseFacts } from "./operation.js";
import { setUsage } from "./usage.js";

/** Adds what the caller asked for. */
export function setRequest(attributes: Attributes, request: RequestFacts): void {
  setInt(attributes, ATTR.requestMaxTokens, request.maxTokens);
  setDouble(attributes, ATTR.requestTemperature, request.temperature);
  setDouble(attributes, ATTR.requestTopP, request.topP);
  setInt(attributes, ATTR.requestTopK, request.topK);
  setDouble(attributes, ATTR.requestFrequencyPenalty, request.frequencyPenalty);
  setDouble(attributes, ATTR.requestPresencePenalty, request.presencePenalty);
  setInt(attributes, ATTR.requestSeed, request.seed);
  setText(attributes, ATTR.outputType, request.outputType);
  setText(attributes, ATTR.requestReasoningLevel, request.reasoningLevel);
  setText(attributes, ATTR.requestPreviousResponseId, request.previousResponseId);
  setText(attributes, ATTR.conversationId, request.conversationId);
  setInt(attributes, ATTR.embeddingsDimensionCount, request.dimensions);
  setTexts(attributes, ATTR.requestEncodingFormats, request.encodingFormats);
  const { stopSequences, choiceCount, streamCursor } = request;
  setTexts(
    attributes,
    ATTR.requestStopSequences,
    typeof stopSequences === "string" ? [stopSequences] : stopSequences,
  );
  if (choiceCount !== 1) setInt(attributes, ATTR.requestChoiceCount, choiceCount);
  if (streamCursor != null) attributes[ATTR.requestStreamCursor] = String(streamCursor);
  if (request.stream === true) attributes[ATTR.requestStream] = true;
  if (request.attributes !== undefined) setOthers(attributes, request.attributes);
}

/** Adds what the provider answered. A choice that never finished has the reason `error`. */
export function setResponse(attributes: Attributes, response: ResponseFacts): void {
  setText(attributes, ATTR.responseId, response.id);
  setText(attributes, ATTR.responseModel, response.model);
  setText(attributes, ATTR.responseStatus, response.status);
  setText(attributes, ATTR.conversationId, response.conversationId);
  setInt(attributes, ATTR.embeddingsDimensionCount, response.dimensions);
  const { finishReasons } = response;
  if (finishReasons !== undefined && finishReasons.length > 0) {
    attributes[ATTR.responseFinishReasons] = finishReasons.map((reason) =>
      typeof reason === "string" ? reason : "error",
    );
  }
  if (response.compacted === true) attributes[ATTR.conversationCompacted] = true;
  if (response.usage != null) setUsage(attributes, response.usage);
  if (response.attributes !== undefined) setOthers(attributes, response.attributes);
}

/** Adds attributes that a library's translation names itself. */
export function setOthers(attributes: Attributes, others: Attributes): void {
  for (const name in others) {
    const value = others[name];
    if (typeof value === "boolean") attributes[name] = value;
    else if (typeof value === "number") setDouble(attributes, name, value);
    else if (typeof value === "string") attributes[name] = value;
    else setTexts(attributes, name, value);
  }
}

/** A model's name, where it is one. */
export function modelOf({ model }: RequestFacts | ResponseFacts): string | undefined {
  return typeof model === "string" && model !== "" ? model : undefined;
}

// Applications and providers also send values of other types than the conventions take. Those are not recorded.

function setText(attributes: Attributes, name: string, value: unknown): void {
  if (typeof value === "string") attributes[name] = value;
}

function setInt(attributes: Attributes, name: string, value: unknown): void {
  if (Number.isSafeInteger(value)) attributes[name] = value as number;
}

function setDouble(attributes: Attributes, name: string, value: unknown): void {
  if (Number.isFinite(value)) attributes[name] = value as number;
}

function setTexts(attributes: Attributes, name: string, value: unknown): void {
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) attributes[name] = value;
}
