// The least a complete span can cost: one made by hand around the call, with the same attributes.
import { context, SpanKind, trace } from "@opentelemetry/api";
import OpenAI from "openai-by-hand";

export function setup({ content }) {
  const tracer = trace.getTracer("floor");
  const { prototype } = OpenAI.Chat.Completions;
  const create = prototype.create;
  prototype.create = function (params, options) {
    const span = tracer.startSpan(`chat ${params.model}`, {
      kind: SpanKind.CLIENT,
      attributes: {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": params.model,
        "server.address": "api.openai.com",
        "server.port": 443,
      },
    });
    const startedAt = params.stream === true ? performance.now() : undefined;
    const active = trace.setSpan(context.active(), span);
    const promise = context.with(active, () => create.call(this, params, options));
    return promise._thenUnwrap((body) => {
      if (params.stream === true) return tapped(body, span, params, content, startedAt);
      finish(span, params, body, content);
      return body;
    });
  };
  return { OpenAI };
}

function tapped(stream, span, params, content, startedAt) {
  const open = stream.iterator.bind(stream);
  stream.iterator = async function* () {
    const body = { choices: [{ finish_reason: null, message: { role: "assistant", content: "" } }] };
    let firstChunkAt;
    for await (const chunk of open()) {
      firstChunkAt ??= performance.now();
      body.id = chunk.id;
      body.model = chunk.model;
      const choice = chunk.choices[0];
      if (content && choice?.delta.content) body.choices[0].message.content += choice.delta.content;
      if (chunk.service_tier) body.service_tier = chunk.service_tier;
      if (chunk.system_fingerprint) body.system_fingerprint = chunk.system_fingerprint;
      if (choice?.finish_reason) body.choices[0].finish_reason = choice.finish_reason;
      if (chunk.usage) body.usage = chunk.usage;
      yield chunk;
    }
    finish(span, params, body, content, (firstChunkAt - startedAt) / 1_000);
  };
  return stream;
}

function finish(span, params, body, content, secondsToFirstChunk) {
  const usage = body.usage;
  const attributes = {
    "gen_ai.request.max_tokens": params.max_tokens,
    "gen_ai.request.temperature": params.temperature,
    "gen_ai.request.top_p": params.top_p,
    "gen_ai.request.frequency_penalty": params.frequency_penalty,
    "gen_ai.request.presence_penalty": params.presence_penalty,
    "gen_ai.request.seed": params.seed,
    "gen_ai.request.stop_sequences": params.stop,
    "gen_ai.request.stream": params.stream,
    "gen_ai.response.id": body.id,
    "gen_ai.response.model": body.model,
    "gen_ai.response.time_to_first_chunk": secondsToFirstChunk,
    "gen_ai.response.finish_reasons": body.choices.map((choice) => choice.finish_reason),
    "gen_ai.usage.input_tokens": usage?.prompt_tokens,
    "gen_ai.usage.output_tokens": usage?.completion_tokens,
    "gen_ai.usage.cache_read.input_tokens": usage?.prompt_tokens_details?.cached_tokens,
    "gen_ai.usage.reasoning.output_tokens": usage?.completion_tokens_details?.reasoning_tokens,
    "openai.api.type": "chat_completions",
    "openai.response.service_tier": body.service_tier,
    "openai.response.system_fingerprint": body.system_fingerprint,
    "kit.cost.usd": ((usage?.prompt_tokens ?? 0) * 2.5 + (usage?.completion_tokens ?? 0) * 10) / 1e6,
  };
  if (content) {
    attributes["gen_ai.input.messages"] = JSON.stringify(params.messages.map(toMessage));
    if (params.tools) {
      attributes["gen_ai.tool.definitions"] = JSON.stringify(
        params.tools.map(({ type, function: { name } }) => ({ type, name })),
      );
    }
    attributes["gen_ai.output.messages"] = JSON.stringify(
      body.choices.map(({ message }) => toMessage(message)),
    );
  }
  span.setAttributes(attributes);
  span.end();
}

function toMessage({ role, content }) {
  return { role, parts: [{ type: "text", content }] };
}
