import type { Attributes, AttributeValue } from "@opentelemetry/api";
import { textOf } from "../adapter/messages.js";
import type { RequestFacts, ResponseFacts } from "../adapter/operation.js";
import { isCount, type Usage } from "../adapter/usage.js";
import type { AttributeValues } from "../attributes.js";

/**
 * What the caller asked for and what the provider answered. Members that are `undefined` were not told, or not in a form
 * that the conventions take: applications and providers also send others.
 *
 * One literal has what most calls tell, even where it is `undefined`, and what is rare is added where it is there: an object
 * that grows costs more.
 */
export function readAttributes(request: RequestFacts, response: ResponseFacts): Attributes {
  const { stopSequences } = request;
  const usage = request.operation === "fetch_response" ? undefined : response.usage;
  const attributes: AttributeValues = {
    "gen_ai.request.max_tokens": integer(request.maxTokens),
    "gen_ai.request.seed": integer(request.seed),
    "gen_ai.request.temperature": double(request.temperature),
    "gen_ai.request.top_p": double(request.topP),
    "gen_ai.request.frequency_penalty": double(request.frequencyPenalty),
    "gen_ai.request.presence_penalty": double(request.presencePenalty),
    "gen_ai.request.stop_sequences":
      typeof stopSequences === "string" ? [stopSequences] : texts(stopSequences),
    "gen_ai.request.stream": request.stream === true || undefined,
    "gen_ai.response.id": textOf(response.id),
    "gen_ai.response.model": textOf(response.model),
    "gen_ai.response.finish_reasons": reasons(response.finishReasons),
    "gen_ai.usage.input_tokens": count(usage?.input),
    "gen_ai.usage.output_tokens": count(usage?.output),
    "gen_ai.usage.cache_read.input_tokens": part(usage?.cacheRead),
    "gen_ai.usage.cache_write.input_tokens": part(usage?.cacheWrite),
    "gen_ai.usage.reasoning.output_tokens": part(usage?.reasoning),
  };
  addRareRequest(attributes, request);
  addRareResponse(attributes, request, response);
  if (usage == null) addFetchedUsage(attributes, response.usage);
  // The conventions know only the total of embeddings.
  else if (request.operation !== "embeddings") addModalities(attributes, usage);
  addAll(attributes, request.attributes);
  addAll(attributes, response.attributes);
  return attributes as Attributes;
}

function addRareRequest(attributes: AttributeValues, request: RequestFacts): void {
  const { topK, choiceCount, outputType, reasoningLevel, previousResponseId, streamCursor } = request;
  const { encodingFormats } = request;
  if (topK != null) attributes["gen_ai.request.top_k"] = integer(topK);
  if (choiceCount != null && choiceCount !== 1)
    attributes["gen_ai.request.choice.count"] = integer(choiceCount);
  if (outputType != null) attributes["gen_ai.output.type"] = textOf(outputType);
  if (reasoningLevel != null) attributes["gen_ai.request.reasoning.level"] = textOf(reasoningLevel);
  if (previousResponseId != null)
    attributes["gen_ai.request.previous_response.id"] = textOf(previousResponseId);
  if (streamCursor != null) attributes["gen_ai.request.stream_cursor"] = cursor(streamCursor);
  if (encodingFormats != null) attributes["gen_ai.request.encoding_formats"] = texts(encodingFormats);
}

function addRareResponse(
  attributes: AttributeValues,
  request: RequestFacts,
  { status, compacted, dimensions, conversationId }: ResponseFacts,
): void {
  const size = dimensions ?? request.dimensions;
  const conversation = conversationId ?? request.conversationId;
  if (size != null) attributes["gen_ai.embeddings.dimension.count"] = integer(size);
  if (conversation != null) attributes["gen_ai.conversation.id"] = textOf(conversation);
  if (status != null) attributes["gen_ai.response.status"] = textOf(status);
  if (compacted === true) attributes["gen_ai.conversation.compacted"] = true;
}

/** Adds the counts of text, pictures and sound, which only some models have apart. */
function addModalities(attributes: AttributeValues, usage: Usage): void {
  const { textInput, imageInput, audioInput, textOutput, imageOutput, audioOutput } = usage;
  if (textInput != null || imageInput != null || audioInput != null) {
    attributes["gen_ai.usage.text.input_tokens"] = part(textInput);
    attributes["gen_ai.usage.image.input_tokens"] = part(imageInput);
    attributes["gen_ai.usage.audio.input_tokens"] = part(audioInput);
  }
  if (textOutput != null || imageOutput != null || audioOutput != null) {
    attributes["gen_ai.usage.text.output_tokens"] = part(textOutput);
    attributes["gen_ai.usage.image.output_tokens"] = part(imageOutput);
    attributes["gen_ai.usage.audio.output_tokens"] = part(audioOutput);
  }
  const { textCacheRead, imageCacheRead, audioCacheRead } = usage;
  if (textCacheRead != null || imageCacheRead != null || audioCacheRead != null) {
    attributes["gen_ai.usage.text.cache_read.input_tokens"] = part(textCacheRead);
    attributes["gen_ai.usage.image.cache_read.input_tokens"] = part(imageCacheRead);
    attributes["gen_ai.usage.audio.cache_read.input_tokens"] = part(audioCacheRead);
  }
}

/** Under names of our own: fetching an answer uses nothing itself. */
function addFetchedUsage(attributes: AttributeValues, usage: Usage | undefined): void {
  if (usage == null) return;
  attributes["kit.usage.input_tokens"] = count(usage.input);
  attributes["kit.usage.output_tokens"] = count(usage.output);
  attributes["kit.usage.cache_read.input_tokens"] = part(usage.cacheRead);
  attributes["kit.usage.cache_write.input_tokens"] = part(usage.cacheWrite);
  attributes["kit.usage.reasoning.output_tokens"] = part(usage.reasoning);
}

/** Adds what a translation gives by the full names, where it is a value that an attribute may have. */
export function addAll(attributes: AttributeValues | Attributes, more: Attributes | undefined): void {
  for (const name in more) {
    const value: unknown = more[name];
    if (isValue(value)) (attributes as Attributes)[name] = value;
  }
}

function isValue(value: unknown): value is AttributeValue {
  return (
    typeof value === "string" ||
    typeof value === "boolean" ||
    Number.isFinite(value) ||
    texts(value) !== undefined
  );
}

function texts(value: unknown): string[] | undefined {
  try {
    return Array.isArray(value) && value.every((item) => typeof item === "string") ? value : undefined;
  } catch {
    // A list of the application's own making.
    return undefined;
  }
}

function integer(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? (value as number) : undefined;
}

function double(value: unknown): number | undefined {
  return Number.isFinite(value) ? (value as number) : undefined;
}

function count(value: unknown): number | undefined {
  return isCount(value) ? value : undefined;
}

/** Of a count and what it is made of, a part that is zero says nothing. */
function part(value: unknown): number | undefined {
  return isCount(value) && value > 0 ? value : undefined;
}

function cursor(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

/** A choice that never finished has the reason `error`. */
function reasons(told: ResponseFacts["finishReasons"]): string[] | undefined {
  return Array.isArray(told) && told.length > 0 ? told.map(orError) : undefined;
}

function orError(reason: unknown): string {
  return typeof reason === "string" ? reason : "error";
}

/** A model's name, if it is a non-empty string. */
export function modelOf({ model }: RequestFacts | ResponseFacts): string | undefined {
  return typeof model === "string" && model !== "" ? model : undefined;
}
