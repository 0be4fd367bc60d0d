import type { Attributes } from "@opentelemetry/api";
import type { AttributeSink } from "./attribute-sink.js";
import { ATTR } from "./attributes.js";
import type { RequestFacts, ResponseFacts } from "./operation.js";
import { setUsage } from "./usage.js";

/** Adds what the caller asked for. */
export function setRequest(sink: AttributeSink, request: RequestFacts): void {
  setInt(sink, ATTR.requestMaxTokens, request.maxTokens);
  setDouble(sink, ATTR.requestTemperature, request.temperature);
  setDouble(sink, ATTR.requestTopP, request.topP);
  setInt(sink, ATTR.requestTopK, request.topK);
  setDouble(sink, ATTR.requestFrequencyPenalty, request.frequencyPenalty);
  setDouble(sink, ATTR.requestPresencePenalty, request.presencePenalty);
  setInt(sink, ATTR.requestSeed, request.seed);
  setText(sink, ATTR.outputType, request.outputType);
  setText(sink, ATTR.requestReasoningLevel, request.reasoningLevel);
  setText(sink, ATTR.requestPreviousResponseId, request.previousResponseId);
  setText(sink, ATTR.conversationId, request.conversationId);
  setInt(sink, ATTR.embeddingsDimensionCount, request.dimensions);
  setTexts(sink, ATTR.requestEncodingFormats, request.encodingFormats);
  const { stopSequences, choiceCount, streamCursor } = request;
  setTexts(
    sink,
    ATTR.requestStopSequences,
    typeof stopSequences === "string" ? [stopSequences] : stopSequences,
  );
  if (choiceCount !== 1) setInt(sink, ATTR.requestChoiceCount, choiceCount);
  if (streamCursor != null) sink.setAttribute(ATTR.requestStreamCursor, String(streamCursor));
  if (request.stream === true) sink.setAttribute(ATTR.requestStream, true);
  if (request.attributes !== undefined) setOthers(sink, request.attributes);
}

/** Adds what the provider answered. A choice that never finished has the reason `error`. */
export function setResponse(sink: AttributeSink, response: ResponseFacts): void {
  setText(sink, ATTR.responseId, response.id);
  setText(sink, ATTR.responseModel, response.model);
  setText(sink, ATTR.responseStatus, response.status);
  setText(sink, ATTR.conversationId, response.conversationId);
  setInt(sink, ATTR.embeddingsDimensionCount, response.dimensions);
  const { finishReasons } = response;
  if (finishReasons !== undefined && finishReasons.length > 0) {
    sink.setAttribute(
      ATTR.responseFinishReasons,
      finishReasons.map((reason) => (typeof reason === "string" ? reason : "error")),
    );
  }
  if (response.compacted === true) sink.setAttribute(ATTR.conversationCompacted, true);
  if (response.usage != null) setUsage(sink, response.usage);
  if (response.attributes !== undefined) setOthers(sink, response.attributes);
}

/** Adds attributes that a library's translation names itself. */
export function setOthers(sink: AttributeSink, others: Attributes): void {
  for (const name in others) {
    const value = others[name];
    if (typeof value === "boolean") sink.setAttribute(name, value);
    else if (typeof value === "number") setDouble(sink, name, value);
    else if (typeof value === "string") sink.setAttribute(name, value);
    else setTexts(sink, name, value);
  }
}

/** A model's name, where it is one. */
export function modelOf({ model }: RequestFacts | ResponseFacts): string | undefined {
  return typeof model === "string" && model !== "" ? model : undefined;
}

// Applications and providers also send values of other types than the conventions take. Those are not recorded.

function setText(sink: AttributeSink, name: string, value: unknown): void {
  if (typeof value === "string") sink.setAttribute(name, value);
}

function setInt(sink: AttributeSink, name: string, value: unknown): void {
  if (Number.isSafeInteger(value)) sink.setAttribute(name, value as number);
}

function setDouble(sink: AttributeSink, name: string, value: unknown): void {
  if (Number.isFinite(value)) sink.setAttribute(name, value as number);
}

function setTexts(sink: AttributeSink, name: string, value: unknown): void {
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) sink.setAttribute(name, value);
}
