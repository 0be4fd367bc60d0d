/** Version of the conventions that the telemetry follows. They have no release yet, so this is the development version. */
export const SCHEMA_URL = "https://opentelemetry.io/schemas/gen-ai-dev/1.42.0-dev";

/**
 * Every attribute name the kit emits, in one place. The conventions' own constants lag behind the
 * conventions, so names are kept here and held to the registry by a test.
 * @see https://github.com/open-telemetry/semantic-conventions-genai
 */
export const ATTR = {
  operationName: "gen_ai.operation.name",
  providerName: "gen_ai.provider.name",
  requestModel: "gen_ai.request.model",
  requestMaxTokens: "gen_ai.request.max_tokens",
  requestChoiceCount: "gen_ai.request.choice.count",
  requestTemperature: "gen_ai.request.temperature",
  requestTopP: "gen_ai.request.top_p",
  requestTopK: "gen_ai.request.top_k",
  requestFrequencyPenalty: "gen_ai.request.frequency_penalty",
  requestPresencePenalty: "gen_ai.request.presence_penalty",
  requestStopSequences: "gen_ai.request.stop_sequences",
  requestSeed: "gen_ai.request.seed",
  requestStream: "gen_ai.request.stream",
  requestEncodingFormats: "gen_ai.request.encoding_formats",
  requestReasoningLevel: "gen_ai.request.reasoning.level",
  requestPreviousResponseId: "gen_ai.request.previous_response.id",
  requestStreamCursor: "gen_ai.request.stream_cursor",
  promptName: "gen_ai.prompt.name",
  promptVersion: "gen_ai.prompt.version",
  /** The name of a variable follows after a dot. */
  promptVariable: "gen_ai.prompt.variable",
  outputType: "gen_ai.output.type",
  responseId: "gen_ai.response.id",
  responseModel: "gen_ai.response.model",
  responseFinishReasons: "gen_ai.response.finish_reasons",
  responseStatus: "gen_ai.response.status",
  responseTimeToFirstChunk: "gen_ai.response.time_to_first_chunk",
  usageInputTokens: "gen_ai.usage.input_tokens",
  usageOutputTokens: "gen_ai.usage.output_tokens",
  usageCacheReadInputTokens: "gen_ai.usage.cache_read.input_tokens",
  usageCacheWriteInputTokens: "gen_ai.usage.cache_write.input_tokens",
  usageReasoningOutputTokens: "gen_ai.usage.reasoning.output_tokens",
  usageTextInputTokens: "gen_ai.usage.text.input_tokens",
  usageTextOutputTokens: "gen_ai.usage.text.output_tokens",
  usageTextCacheReadInputTokens: "gen_ai.usage.text.cache_read.input_tokens",
  usageImageInputTokens: "gen_ai.usage.image.input_tokens",
  usageImageOutputTokens: "gen_ai.usage.image.output_tokens",
  usageImageCacheReadInputTokens: "gen_ai.usage.image.cache_read.input_tokens",
  usageAudioInputTokens: "gen_ai.usage.audio.input_tokens",
  usageAudioOutputTokens: "gen_ai.usage.audio.output_tokens",
  usageAudioCacheReadInputTokens: "gen_ai.usage.audio.cache_read.input_tokens",
  tokenModality: "gen_ai.token.modality",
  conversationId: "gen_ai.conversation.id",
  conversationCompacted: "gen_ai.conversation.compacted",
  systemInstructions: "gen_ai.system_instructions",
  inputMessages: "gen_ai.input.messages",
  outputMessages: "gen_ai.output.messages",
  toolDefinitions: "gen_ai.tool.definitions",
  toolName: "gen_ai.tool.name",
  toolType: "gen_ai.tool.type",
  toolDescription: "gen_ai.tool.description",
  toolCallId: "gen_ai.tool.call.id",
  toolCallArguments: "gen_ai.tool.call.arguments",
  toolCallResult: "gen_ai.tool.call.result",
  agentId: "gen_ai.agent.id",
  agentName: "gen_ai.agent.name",
  agentDescription: "gen_ai.agent.description",
  agentVersion: "gen_ai.agent.version",
  workflowName: "gen_ai.workflow.name",
  dataSourceId: "gen_ai.data_source.id",
  embeddingsDimensionCount: "gen_ai.embeddings.dimension.count",
  retrievalTopK: "gen_ai.retrieval.top_k",
  retrievalQueryText: "gen_ai.retrieval.query.text",
  retrievalDocuments: "gen_ai.retrieval.documents",
  openaiApiType: "openai.api.type",
  openaiRequestServiceTier: "openai.request.service_tier",
  openaiResponseServiceTier: "openai.response.service_tier",
  openaiResponseSystemFingerprint: "openai.response.system_fingerprint",
  errorType: "error.type",
  serverAddress: "server.address",
  serverPort: "server.port",
  exceptionType: "exception.type",
  exceptionMessage: "exception.message",
  exceptionStacktrace: "exception.stacktrace",
  sessionId: "session.id",
} as const;

/** Attributes that the conventions lack. This is the complete list of the kit's own. */
export const KIT_ATTR = {
  /** double, US dollars: price of the call; absent when the model or its usage is unknown. */
  costUsd: "kit.cost.usd",
  /** string[]: under what terms the provider served the call, where they may change the price, such as `flex` or `fast`. */
  priceTerms: "kit.price.terms",
  /** string: how a call ended that neither completed nor failed: `cancelled`, `aborted`, `abandoned` or `raw`. */
  outcome: "kit.outcome",
  /** boolean, only `true`: the provider sent no token usage (for example a stream without `include_usage`). */
  usageMissing: "kit.usage.missing",
  /**
   * int: what a fetched answer used that was generated in the background, on the `fetch_response` that was the first in
   * this process to see it finished. The conventions allow no token usage there, since most answers are counted before.
   */
  fetchedInputTokens: "kit.usage.input_tokens",
  /** int: the same, as the next three. */
  fetchedOutputTokens: "kit.usage.output_tokens",
  /** int: part of its input tokens. */
  fetchedCacheReadInputTokens: "kit.usage.cache_read.input_tokens",
  /** int: part of its input tokens. */
  fetchedCacheWriteInputTokens: "kit.usage.cache_write.input_tokens",
  /** int: part of its output tokens. */
  fetchedReasoningOutputTokens: "kit.usage.reasoning.output_tokens",
  /** int: characters removed from captured content by the length limits, and values beyond the first hundred thousand. */
  contentCut: "kit.content.cut_characters",
  /** string: why captured content is absent although it was asked for: `redact_failed` or `unreadable`. */
  contentDropped: "kit.content.dropped",
  /** string: id of the provider's batch that the call created, read or collected. */
  batchId: "kit.batch.id",
  /** string: state of that batch in the provider's words. */
  batchStatus: "kit.batch.status",
  /** int: requests in that batch. */
  batchRequestCount: "kit.batch.request.count",
  /** int: requests of that batch that succeeded so far. */
  batchSucceededCount: "kit.batch.succeeded.count",
  /** int: requests of that batch that failed, expired or were cancelled so far. */
  batchFailedCount: "kit.batch.failed.count",
  /** int: tokens that a count call counted; nothing was used, so it is no usage. */
  countedInputTokens: "kit.count_tokens.input_tokens",
  /** string: tier in which the provider served the call, in its words. */
  responseServiceTier: "kit.response.service_tier",
  /** string: id of the provider's sandbox that the answer's code ran in. */
  containerId: "kit.container.id",
  /** string: what passed the call on to the model, where its answer says so: `litellm_proxy`. */
  provenance: "kit.provenance",
  /** string: LiteLLM's id of the call, under which its own logs keep it. */
  litellmCallId: "kit.litellm.call_id",
  /** string: LiteLLM's id of the deployment that answered. */
  litellmModelId: "kit.litellm.model_id",
  /** string: the model that LiteLLM asked, with its provider, such as `openai/gpt-4o-mini`. */
  litellmModelName: "kit.litellm.model_name",
  /** string: version of the LiteLLM proxy. */
  litellmVersion: "kit.litellm.version",
  /** string: key in LiteLLM's cache, of an answer that came out of it. */
  litellmCacheKey: "kit.litellm.cache_key",
  /** int: how often LiteLLM asked the model again before this answer came; absent for none. */
  litellmAttemptedRetries: "kit.litellm.attempted_retries",
  /** int: how many models LiteLLM fell back on before one answered; absent for none. */
  litellmAttemptedFallbacks: "kit.litellm.attempted_fallbacks",
  /** boolean: a moderation flagged the input. */
  moderationFlagged: "kit.moderation.flagged",
  /** int: images that an image call returned. */
  imageCount: "kit.image.count",
  /** double, seconds: length of the audio that was billed or transcribed, where the provider tells it. */
  audioDuration: "kit.audio.duration",
  /**
   * string: what the application marked by hand: `session`, `cron`, `agent`, `task`, `tool`, `trace`, or one
   * moment: `event`, `metric`, `alert`, `error`.
   */
  kind: "kit.kind",
  /** string: what the application calls a session; `session.id` is its key. */
  sessionName: "kit.session.name",
  /** string: how a session went in the application's own word, such as `ok`. */
  sessionResult: "kit.session.result",
  /** string: name of a scheduled job. */
  cronJob: "kit.cron.job",
  /** string: what a run of a scheduled job came to, in a sentence. */
  cronSummary: "kit.cron.summary",
  /** string: name of a moment or of a measured quantity. */
  eventName: "kit.event.name",
  /** string, JSON object: facts of the moment. */
  eventData: "kit.event.data",
  /** double: measured value. */
  metricValue: "kit.metric.value",
  /** string, JSON object of strings: dimensions of the value. */
  metricTags: "kit.metric.tags",
  /** string: what is wrong. */
  alertMessage: "kit.alert.message",
  /** string: `info`, `warning` or `critical`. */
  alertSeverity: "kit.alert.severity",
  /** string: more about it; JSON when it was not text. */
  alertDetails: "kit.alert.details",
  /** string, JSON array: arguments of a marked function, only when asked for. */
  functionArguments: "kit.function.arguments",
  /** string, JSON: what a marked function returned, only when asked for. */
  functionResult: "kit.function.result",
  /** string, on a span event `kit.log`: a line the application logged into a session or job. */
  logMessage: "kit.log.message",
  /** string, JSON object, on the same: facts beside the line. */
  logData: "kit.log.data",
} as const;

/** The name of an attribute that the kit emits. */
type AttributeName = (typeof ATTR)[keyof typeof ATTR] | (typeof KIT_ATTR)[keyof typeof KIT_ATTR];

/**
 * Values by the names themselves, for what runs with each call: an object whose members are named by constants is built
 * one member at a time.
 */
export type AttributeValues = { [Name in AttributeName]?: unknown };
