import type { Attributes } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import { type Message, type Part, partsOf, type ToolDefinition } from "../support/messages.js";
import type { Expected, Recording } from "./recording.js";

/** One exchange told in the attributes of the conventions and in the content of its messages. */
export interface Facts {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly content: Readonly<Record<string, unknown>>;
}

/** Written by the telemetry, but no fact of the wire. */
const NOT_ON_THE_WIRE = new Set([
  "gen_ai.response.time_to_first_chunk",
  "server.address",
  "server.port",
  "kit.cost.usd",
  "kit.audio.duration",
]);

const CONTENT = [
  "gen_ai.input.messages",
  "gen_ai.output.messages",
  "gen_ai.system_instructions",
  "gen_ai.tool.definitions",
];

/** What a span tells of an exchange. */
export function seenFacts(span: ReadableSpan): Facts {
  const attributes = Object.entries(span.attributes).filter(
    ([name]) => !NOT_ON_THE_WIRE.has(name) && !CONTENT.includes(name),
  );
  return {
    name: span.name,
    attributes: Object.fromEntries(attributes),
    content: seenContent(span.attributes),
  };
}

function seenContent(attributes: Attributes): Record<string, unknown> {
  const read = <Value>(name: string): Value[] => JSON.parse(String(attributes[name] ?? "[]")) as Value[];
  const input = read<Message>("gen_ai.input.messages");
  const output = read<Message>("gen_ai.output.messages");
  const [first] = output;
  const parts: readonly Part[] = first?.parts ?? [];
  const custom = (type: string) =>
    parts.filter((part) => (part.type as string) === type) as unknown as {
      content?: string;
      citations?: unknown[];
    }[];
  const cited = custom("citations").flatMap(({ citations = [] }) => citations);
  const text = (message: Message | undefined) =>
    partsOf(message === undefined ? [] : [message], "text")
      .map(({ content }) => content)
      .join("");
  const systems = input.filter(({ role }) => role === "system" || role === "developer");
  return defined({
    messages: input.length || undefined,
    system: nonEmpty([
      ...read<{ content: string }>("gen_ai.system_instructions").map(({ content }) => content),
      ...systems.map(text),
    ]),
    tools: nonEmpty(read<ToolDefinition>("gen_ai.tool.definitions").map(({ name }) => name)),
    text: text(first) || undefined,
    choices: output.length > 1 ? output.map(text) : undefined,
    reasoning:
      partsOf(output, "reasoning")
        .map(({ content }) => content)
        .join("\n") || undefined,
    redacted: custom("redacted_reasoning").length || undefined,
    refusal: custom("refusal")[0]?.content,
    transcript: custom("transcript")[0]?.content,
    citationCount: cited.length || undefined,
    toolCalls: nonEmpty(
      partsOf(output, "tool_call").map(({ id, name, arguments: sent }) => ({ id, name, arguments: sent })),
    ),
    serverToolCalls: nonEmpty(partsOf(output, "server_tool_call").map(({ id }) => id)),
  });
}

/** What the recorded facts say the span must tell. */
export function wantedFacts(recording: Recording, provider: string): Facts {
  const wanted = recording.expect;
  const { model } = wanted.request;
  return {
    name: model === undefined ? wanted.operation : `${wanted.operation} ${model}`,
    attributes: defined({
      "gen_ai.operation.name": wanted.operation,
      "gen_ai.provider.name": provider,
      ...wantedRequest(recording),
      ...wantedResponse(wanted),
      ...wantedUsage(wanted),
      ...wantedLiteLLM(recording.response.headers),
      "kit.price.terms": wanted.usage_raw?.serviceTier === "flex" ? ["flex"] : undefined,
      "kit.response.service_tier":
        provider === "anthropic" ? wanted.service_tier : wanted.usage_raw?.serviceTier,
      ...(provider === "openai" || provider === "azure.ai.openai" ? wantedOpenAI(recording) : {}),
    }),
    content: wantedContent(wanted),
  };
}

function wantedRequest({
  expect: { request, operation },
  request: { body },
}: Recording): Record<string, unknown> {
  const speaks = Array.isArray(body.modalities) && body.modalities.includes("audio");
  const outputTypes: Record<string, string> = { json_schema: "json", json_object: "json" };
  const spoken = speaks ? "speech" : undefined;
  const asked = request.output_type ?? (operation === "image_generation" ? "image" : spoken);
  return {
    "gen_ai.request.model": request.model,
    "gen_ai.request.stream": request.stream === true ? true : undefined,
    "gen_ai.request.max_tokens": request.max_tokens,
    "gen_ai.request.temperature": request.temperature,
    "gen_ai.request.top_p": request.top_p,
    "gen_ai.request.top_k": request.top_k,
    "gen_ai.request.choice.count": request.n === 1 ? undefined : request.n,
    "gen_ai.request.stop_sequences": request.stop,
    "gen_ai.request.seed": request.seed,
    "gen_ai.request.frequency_penalty": request.frequency_penalty,
    "gen_ai.request.presence_penalty": request.presence_penalty,
    "gen_ai.output.type": asked === undefined ? undefined : (outputTypes[asked] ?? asked),
    "gen_ai.request.reasoning.level": request.reasoning_effort,
    "gen_ai.request.previous_response.id": request.previous_response_id,
    "gen_ai.request.encoding_formats":
      request.encoding_format === undefined ? undefined : [request.encoding_format],
  };
}

function wantedResponse(wanted: Expected): Record<string, unknown> {
  return {
    "gen_ai.response.id": wanted.response_id ?? undefined,
    "gen_ai.response.model": wanted.response_model ?? undefined,
    "gen_ai.response.finish_reasons": finishReasons(wanted),
    "gen_ai.embeddings.dimension.count": wanted.embeddings?.dimensions,
    "kit.image.count": wanted.images?.count,
    "kit.moderation.flagged": wanted.moderation?.some(({ flagged }) => flagged),
    "error.type": wanted.error && String(wanted.error.mid_stream ? wanted.error.code : wanted.error.status),
  };
}

/** The Responses API has a status instead of a reason. */
function finishReasons(wanted: Expected): readonly string[] | undefined {
  if (wanted.status === undefined) return wanted.finish_reasons;
  if (wanted.status === "completed") return [wanted.tool_calls?.length ? "tool_calls" : "stop"];
  if (wanted.status !== "incomplete") return ["error"];
  return [wanted.incomplete_reason === "content_filter" ? "content_filter" : "length"];
}

function wantedUsage({ usage, usage_raw, operation, error, request }: Expected): Record<string, unknown> {
  if (usage == null) {
    const counted = operation === "chat" && error === undefined && request.stream === true;
    return { "kit.usage.missing": counted ? true : undefined };
  }
  const positive = (count: unknown) => (typeof count === "number" && count > 0 ? count : undefined);
  const raw = usage_raw as Record<string, Record<string, unknown> | undefined> | undefined;
  const input = raw?.prompt_tokens_details ?? raw?.input_tokens_details;
  const output = raw?.completion_tokens_details ?? raw?.output_tokens_details;
  return {
    "gen_ai.usage.input_tokens":
      usage.input_tokens_incl_cache ?? sum(usage.input_tokens, usage.tool_use_prompt_tokens),
    "gen_ai.usage.output_tokens": usage.output_tokens_incl_reasoning ?? usage.output_tokens,
    "gen_ai.usage.cache_read.input_tokens": positive(usage.cached_input_tokens),
    "gen_ai.usage.cache_write.input_tokens": positive(usage.cache_write_input_tokens),
    "gen_ai.usage.reasoning.output_tokens": positive(usage.reasoning_tokens),
    "gen_ai.usage.audio.input_tokens": positive(usage.input_audio_tokens),
    "gen_ai.usage.audio.output_tokens": positive(usage.output_audio_tokens),
    "gen_ai.usage.image.input_tokens": positive(usage.input_image_tokens),
    "gen_ai.usage.text.input_tokens": positive(input?.text_tokens),
    "gen_ai.usage.text.output_tokens": positive(output?.text_tokens),
    ...wantedShares(usage_raw),
  };
}

function sum(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined ? other : one + (other ?? 0);
}

/** Google lists the kinds of tokens. */
function wantedShares(raw: Expected["usage_raw"]): Record<string, number> {
  const shares: Record<string, number> = {};
  const places = [
    ["promptTokensDetails", "input"],
    ["toolUsePromptTokensDetails", "input"],
    ["candidatesTokensDetails", "output"],
    ["cacheTokensDetails", "cache_read.input"],
  ] as const;
  for (const [member, side] of places) {
    for (const { modality, tokenCount } of (raw?.[member] ?? []) as {
      modality: string;
      tokenCount: number;
    }[]) {
      const name = `gen_ai.usage.${modality.toLowerCase()}.${side}_tokens`;
      if (tokenCount > 0) shares[name] = (shares[name] ?? 0) + tokenCount;
    }
  }
  return shares;
}

function wantedOpenAI({ api, expect }: Recording): Record<string, unknown> {
  const types: Record<string, string> = { "chat.completions": "chat_completions", responses: "responses" };
  const tier = expect.request.service_tier;
  return {
    "openai.api.type": types[api],
    "openai.request.service_tier": tier === "auto" ? undefined : tier,
    "openai.response.service_tier": expect.service_tier,
    "openai.response.system_fingerprint": expect.system_fingerprint,
  };
}

/** What a LiteLLM proxy tells of itself. */
function wantedLiteLLM(headers: Readonly<Record<string, string>>): Record<string, unknown> {
  const callId = headers["x-litellm-call-id"];
  if (callId === undefined) return {};
  return {
    "kit.provenance": "litellm_proxy",
    "kit.litellm.call_id": callId,
    "kit.litellm.model_id": headers["x-litellm-model-id"],
    "kit.litellm.model_name": headers["x-litellm-model-name"],
    "kit.litellm.version": headers["x-litellm-version"],
  };
}

function wantedContent(wanted: Expected): Record<string, unknown> {
  const { request } = wanted;
  return defined({
    // One prompt, of a completion or an image, is told as one message of the user.
    messages: request.messages ?? (wanted.operation === "image_generation" ? 1 : request.prompts),
    system: nonEmpty(request.system),
    tools: nonEmpty(request.tools),
    text: wanted.output_text || undefined,
    choices: wanted.choices?.map(({ text }) => text),
    reasoning: wanted.reasoning_text,
    redacted: wanted.redacted_thinking_blocks,
    refusal: wanted.refusal,
    transcript: wanted.audio?.transcript,
    citationCount: wanted.citation_count ?? wanted.citations?.length,
    toolCalls: nonEmpty(
      wanted.tool_calls?.map(({ id, name, arguments: sent }) => ({ id, name, arguments: sent })),
    ),
    serverToolCalls: nonEmpty(wanted.server_tool_calls?.map(({ id }) => id)),
  });
}

function nonEmpty<Item>(items: readonly Item[] | undefined): readonly Item[] | undefined {
  return items === undefined || items.length === 0 ? undefined : items;
}

function defined(facts: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
