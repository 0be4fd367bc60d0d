import { type Attributes, SpanStatusCode } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import type { SentEvent } from "../support/agentpulse/index.js";
import { CHAT, type ProcessorOptions, processorTo, startServer } from "./harness.js";

/** What the server gets of one call that took 1234.5 ms. */
async function tell(attributes: Attributes, options: ProcessorOptions = {}, error?: string) {
  const server = await startServer();
  const { processor, tracer } = processorTo(server, options);
  const span = tracer.startSpan("chat gpt-4o", { attributes, startTime: [1_795_216_753, 15_500_000] });
  if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
  span.end([1_795_216_754, 250_000_000]);
  await processor.forceFlush();
  return { events: server.accepted, ...span.spanContext() };
}

const dataOf = async (...args: Parameters<typeof tell>) => (await tell(...args)).events[0]?.data ?? {};
const without = (attributes: Attributes, ...names: string[]) =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));

describe("a model call", () => {
  it("is told as spend, with tokens, cost, latency and the ids of its span", async () => {
    const { events, traceId, spanId } = await tell(CHAT);
    expect(events).toEqual([
      {
        kind: "cost",
        ts: 1_795_216_754.25,
        span_id: spanId,
        data: {
          type: "llm_call",
          operation: "chat",
          provider: "openai",
          model: "gpt-4o",
          response_model: "gpt-4o-2024-08-06",
          input_tokens: 150,
          output_tokens: 89,
          tokens: 239,
          cost_usd: 0.001265,
          cost: 0.001265,
          latency_ms: 1234.5,
          duration: 1235,
          status: "success",
          streaming: false,
          finish_reasons: ["stop"],
          response_id: "chatcmpl-1",
          start_time: 1_795_216_753.0155,
          trace_id: traceId,
          span_id: spanId,
          agent: "shop",
          attributes: { "server.address": "api.openai.com" },
          scope: { name: "app", version: "1.2.3" },
        },
      },
    ]);
  });

  it("tells what streaming, caches and reasoning did", async () => {
    const data = await dataOf({
      ...CHAT,
      "gen_ai.request.stream": true,
      "gen_ai.response.time_to_first_chunk": 0.25,
      "gen_ai.usage.cache_read.input_tokens": 100,
      "gen_ai.usage.cache_write.input_tokens": 20,
      "gen_ai.usage.reasoning.output_tokens": 64,
    });
    expect(data).toMatchObject({
      streaming: true,
      ttft_ms: 250,
      cache_read_input_tokens: 100,
      cache_creation_input_tokens: 20,
      reasoning_tokens: 64,
      tokens: 239,
    });
  });

  it("tells how it failed, without the credentials that errors repeat", async () => {
    const failed = { ...without(CHAT, "kit.cost.usd"), "error.type": "401" };
    const error = `Incorrect API key provided: sk-proj-abcdef123. Sent Bearer eyJhbGciOi; ${"x".repeat(600)}`;
    const data = await dataOf(failed, {}, error);
    expect(data).toMatchObject({ status: "error", error_type: "401" });
    expect(data.error).toMatch(/^Incorrect API key provided: sk-\*\*\*. Sent Bearer \*\*\*; x+…$/);
    expect(String(data.error).length).toBeLessThanOrEqual(500);
  });

  it("counts as successful but partial when its stream was left early", async () => {
    const data = await dataOf({ ...CHAT, "kit.outcome": "cancelled" });
    expect(data).toMatchObject({ status: "success", partial: true });
    expect((await dataOf({ ...CHAT, "kit.outcome": "aborted" }, {}, "aborted")).status).toBe("error");
  });

  it("says that there was no usage, instead of a cost of nothing", async () => {
    const bare = {
      "gen_ai.operation.name": "chat",
      "gen_ai.request.model": "gpt-4o",
      "kit.usage.missing": true,
    };
    const data = await dataOf(bare);
    expect(data).toMatchObject({ input_tokens: 0, output_tokens: 0, tokens: 0, usage_missing: true });
    expect(data).not.toHaveProperty("cost_usd");
    expect(await dataOf(bare, {}, "cut off")).toMatchObject({ status: "error", usage_missing: true });
    const refused = without(bare, "kit.usage.missing");
    expect(await dataOf(refused, {}, "overloaded")).not.toHaveProperty("usage_missing");
    expect(await dataOf(refused)).toMatchObject({ usage_missing: true });
  });

  it("is priced from its tokens when the span has no cost, and not at all when nobody knows the price", async () => {
    const plain = without(CHAT, "kit.cost.usd");
    expect((await dataOf(plain)).cost_usd).toBe(0.001265);
    const prices = { "gpt-4o-2024-08-06": [1, 2] } as const;
    expect((await dataOf(plain, { prices })).cost_usd).toBeCloseTo(0.15 + 0.178, 9);
    const unknown = { ...plain, "gen_ai.request.model": "my-model", "gen_ai.response.model": "my-model" };
    const data = await dataOf(unknown);
    expect(data).toMatchObject({ model: "my-model", tokens: 239 });
    expect(data).not.toHaveProperty("cost_usd");
  });

  it.each([
    [{ "kit.price.terms": ["flex"] }, 0.0006325],
    [{ "openai.response.service_tier": "flex" }, 0.0006325],
    [{ "openai.response.service_tier": "default" }, 0.001265],
    [{ "kit.price.terms": ["priority"] }, undefined],
    [{ "openai.response.service_tier": "priority" }, undefined],
  ])("is priced by the terms it was served under: %j", async (terms, dollars) => {
    expect((await dataOf({ ...without(CHAT, "kit.cost.usd"), ...terms })).cost_usd).toBe(dollars);
  });

  it("takes the other names and types that older instrumentations use", async () => {
    const data = await dataOf({
      "gen_ai.system": "openai",
      "gen_ai.response.model": "gpt-4o",
      "gen_ai.usage.prompt_tokens": "150",
      "gen_ai.usage.completion_tokens": 89,
    });
    expect(data).toMatchObject({ provider: "openai", model: "gpt-4o", tokens: 239, cost_usd: 0.001265 });
    expect(data).not.toHaveProperty("response_model");
    expect(data).not.toHaveProperty("attributes");
  });

  it.each([Number.NaN, -5, "many"])("does not count %s tokens", async (odd) => {
    const { events } = await tell({ ...CHAT, "gen_ai.usage.input_tokens": odd, "kit.cost.usd": -1 });
    expect(events[0]?.data).toMatchObject({ input_tokens: 0, tokens: 89 });
    expect(events[0]?.data.cost_usd).toBeGreaterThan(0);
  });

  it.each(["text_completion", "generate_content", "embeddings"])(
    "of operation %s counts too",
    async (name) => {
      const { events } = await tell({ ...CHAT, "gen_ai.operation.name": name });
      expect(events.map(({ kind, data }) => [kind, data.operation])).toEqual([["cost", name]]);
    },
  );

  it("of images or speech counts when it has a cost", async () => {
    const image = { ...CHAT, "gen_ai.operation.name": "image_generation" };
    expect((await tell(image)).events.map(({ kind }) => kind)).toEqual(["cost"]);
    const free = without(image, "kit.cost.usd");
    expect((await tell(free)).events.map(({ kind }) => kind)).toEqual(["span_end"]);
  });

  it("of a background answer counts where it was fetched", async () => {
    const { "gen_ai.usage.input_tokens": input, "gen_ai.usage.output_tokens": output, ...chat } = CHAT;
    const fetched = { ...chat, "gen_ai.operation.name": "fetch_response" };
    const { events } = await tell({
      ...fetched,
      "kit.usage.input_tokens": input,
      "kit.usage.output_tokens": output,
    });
    expect(events).toMatchObject([
      { kind: "cost", data: { input_tokens: input, output_tokens: output, cost_usd: CHAT["kit.cost.usd"] } },
    ]);
    const before = await tell(without(fetched, "kit.cost.usd"));
    expect(before.events.map(({ kind }) => kind)).toEqual(["span_end"]);
  });

  it("is told under the other name, or under both, when asked for", async () => {
    const kinds = ({ events }: { events: SentEvent[] }) => events.map(({ kind }) => kind);
    expect(kinds(await tell(CHAT, { llmEvents: "llm_call" }))).toEqual(["llm_call"]);
    const both = await tell(CHAT, { llmEvents: "both" });
    expect(kinds(both)).toEqual(["cost", "llm_call"]);
    expect(both.events[1]?.data).toEqual(both.events[0]?.data);
  });

  it("counts once: the totals of agents and workflows above it are no spend", async () => {
    const server = await startServer();
    const { processor, tracer } = processorTo(server);
    for (const operation of ["chat", "invoke_agent", "invoke_workflow", "execute_tool"]) {
      tracer.startSpan(operation, { attributes: { ...CHAT, "gen_ai.operation.name": operation } }).end();
    }
    await processor.forceFlush();
    expect(server.accepted.map(({ kind, data }) => data.span_kind ?? kind)).toEqual([
      "cost",
      "agent",
      "workflow",
      "tool",
    ]);
    expect((await server.stats()).cost).toEqual({ usd: 0.001265, tokens: 239 });
  });
});
