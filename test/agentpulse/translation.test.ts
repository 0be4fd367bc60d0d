import { describe, expect, it } from "vitest";
import { CHAT, processorTo, startServer } from "./harness.js";

describe("a model call", () => {
  it("is told as spend, with tokens, cost, latency and the ids of its span", async () => {
    const server = await startServer();
    const { processor, tracer } = processorTo(server);
    const span = tracer.startSpan("chat gpt-4o", {
      attributes: CHAT,
      startTime: [1_795_216_753, 15_500_000],
    });
    span.end([1_795_216_754, 250_000_000]);
    await processor.forceFlush();
    const { traceId, spanId } = span.spanContext();
    expect(server.accepted).toEqual([
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
});
