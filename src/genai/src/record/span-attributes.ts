import type { Attributes, AttributeValue } from "@opentelemetry/api";
import type { RequestFacts, ResponseFacts } from "../adapter/operation.js";
import { isCount, type Usage } from "../adapter/usage.js";
import type { AttributeSink } from "../attribute-sink.js";
import type { AttributeValues } from "../attributes.js";

/** What an attribute may hold: of counts and what they are made of, a part that is zero says nothing. */
type Kind = "text" | "texts" | "integer" | "double" | "count" | "part" | "any";

/** Adds what the caller asked for and what the provider answered. A choice that never finished has the reason `error`. */
export function setFacts(sink: AttributeSink, request: RequestFacts, response: ResponseFacts): void {
  const { stopSequences, choiceCount, streamCursor } = request;
  const { finishReasons, usage } = response;
  setAll(sink, "integer", {
    "gen_ai.request.max_tokens": request.maxTokens,
    "gen_ai.request.top_k": request.topK,
    "gen_ai.request.seed": request.seed,
    "gen_ai.request.choice.count": choiceCount === 1 ? undefined : choiceCount,
    "gen_ai.embeddings.dimension.count": response.dimensions ?? request.dimensions,
  });
  setAll(sink, "double", {
    "gen_ai.request.temperature": request.temperature,
    "gen_ai.request.top_p": request.topP,
    "gen_ai.request.frequency_penalty": request.frequencyPenalty,
    "gen_ai.request.presence_penalty": request.presencePenalty,
  });
  setAll(sink, "text", {
    "gen_ai.output.type": request.outputType,
    "gen_ai.request.reasoning.level": request.reasoningLevel,
    "gen_ai.request.previous_response.id": request.previousResponseId,
    "gen_ai.request.stream_cursor": streamCursor == null ? undefined : String(streamCursor),
    "gen_ai.conversation.id": response.conversationId ?? request.conversationId,
    "gen_ai.response.id": response.id,
    "gen_ai.response.model": response.model,
    "gen_ai.response.status": response.status,
  });
  setAll(sink, "texts", {
    "gen_ai.request.encoding_formats": request.encodingFormats,
    "gen_ai.request.stop_sequences": typeof stopSequences === "string" ? [stopSequences] : stopSequences,
    "gen_ai.response.finish_reasons": finishReasons?.length ? finishReasons.map(orError) : undefined,
  });
  setAll(sink, "any", {
    "gen_ai.request.stream": request.stream === true ? true : undefined,
    "gen_ai.conversation.compacted": response.compacted === true ? true : undefined,
  });
  if (usage != null) (request.operation === "fetch_response" ? setFetchedUsage : setUsage)(sink, usage);
  if (request.attributes !== undefined) setAll(sink, "any", request.attributes);
  if (response.attributes !== undefined) setAll(sink, "any", response.attributes);
}

function orError(reason: unknown): string {
  return typeof reason === "string" ? reason : "error";
}

/** Adds the token counts: the totals also when zero, their parts only above it. */
function setUsage(sink: AttributeSink, usage: Usage): void {
  setAll(sink, "count", {
    "gen_ai.usage.input_tokens": usage.input,
    "gen_ai.usage.output_tokens": usage.output,
  });
  setAll(sink, "part", {
    "gen_ai.usage.cache_read.input_tokens": usage.cacheRead,
    "gen_ai.usage.cache_write.input_tokens": usage.cacheWrite,
    "gen_ai.usage.reasoning.output_tokens": usage.reasoning,
    "gen_ai.usage.text.input_tokens": usage.textInput,
    "gen_ai.usage.text.output_tokens": usage.textOutput,
    "gen_ai.usage.text.cache_read.input_tokens": usage.textCacheRead,
    "gen_ai.usage.image.input_tokens": usage.imageInput,
    "gen_ai.usage.image.output_tokens": usage.imageOutput,
    "gen_ai.usage.image.cache_read.input_tokens": usage.imageCacheRead,
    "gen_ai.usage.audio.input_tokens": usage.audioInput,
    "gen_ai.usage.audio.output_tokens": usage.audioOutput,
    "gen_ai.usage.audio.cache_read.input_tokens": usage.audioCacheRead,
  });
}

/** As {@link setUsage}, under names of our own. */
function setFetchedUsage(sink: AttributeSink, usage: Usage): void {
  setAll(sink, "count", {
    "kit.usage.input_tokens": usage.input,
    "kit.usage.output_tokens": usage.output,
  });
  setAll(sink, "part", {
    "kit.usage.cache_read.input_tokens": usage.cacheRead,
    "kit.usage.cache_write.input_tokens": usage.cacheWrite,
    "kit.usage.reasoning.output_tokens": usage.reasoning,
  });
}

/**
 * Adds those values that are of a kind that the conventions take: applications and providers also send others. All
 * attributes pass through here, as the machine code of setting one, many times over, would cost more than it does.
 */
export function setAll(sink: AttributeSink, kind: Kind, values: AttributeValues | Attributes): void {
  for (const name in values) {
    const value: unknown = (values as Readonly<Record<string, unknown>>)[name];
    if (value != null && fits(value, kind)) sink.setAttribute(name, value);
  }
}

function fits(value: unknown, kind: Kind): value is AttributeValue {
  switch (kind) {
    case "text":
      return typeof value === "string";
    case "texts":
      return isTexts(value);
    case "integer":
      return Number.isSafeInteger(value);
    case "double":
      return Number.isFinite(value);
    case "count":
      return isCount(value);
    case "part":
      return isCount(value) && value > 0;
    case "any":
      return (
        typeof value === "string" || typeof value === "boolean" || Number.isFinite(value) || isTexts(value)
      );
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/** A model's name, if it is a non-empty string. */
export function modelOf({ model }: RequestFacts | ResponseFacts): string | undefined {
  return typeof model === "string" && model !== "" ? model : undefined;
}
