import { setTimeout as delay } from "node:timers/promises";
import { type Attributes, context, SpanStatusCode, trace } from "@opentelemetry/api";
import type OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { chunk, completion, refusal, streamedCompletion } from "../support/provider/openai-answers.js";
import { Gate, script } from "../support/provider-server.js";
import { run } from "./openai-run.js";

const ask = { model: "gpt-test", messages: [{ role: "user" as const, content: "Say hi" }] };
const askStreamed = { ...ask, stream: true as const };

const facts = (attributes: Attributes) => ({
  reasons: attributes["gen_ai.response.finish_reasons"],
  output: attributes["gen_ai.usage.output_tokens"],
  error: attributes["error.type"],
  outcome: attributes["kit.outcome"],
});

describe("a call that succeeds", () => {
  it("has no outcome, no error and no status", async () => {
    const { onlySpan } = await run(completion(), (client) => client.chat.completions.create(ask));
    expect(facts(onlySpan().attributes)).toEqual({ reasons: ["stop"], output: 3 });
    expect(onlySpan().status).toEqual({ code: SpanStatusCode.UNSET });
  });

  it("is one span when the SDK retried, without a trace of the refused attempts", async () => {
    const answers = [
      refusal(429, "rate_limit_exceeded", { "retry-after-ms": "1" }),
      refusal(500, "oops", { "retry-after-ms": "1" }),
      completion(),
    ];
    const { onlySpan, requests, logs } = await run(answers, (client) =>
      client.chat.completions.create(ask, { maxRetries: 2 }),
    );
    expect(requests).toHaveLength(3);
    expect(facts(onlySpan().attributes)).toEqual({ reasons: ["stop"], output: 3 });
    expect(logs.map(({ eventName }) => eventName)).toEqual(["gen_ai.client.inference.operation.details"]);
  });

  it("tells the time to the first chunk of a stream, and once per later chunk the time between", async () => {
    const { onlySpan, metrics } = await run(streamedCompletion(), async (client) => {
      for await (const _ of await client.chat.completions.create(askStreamed));
    });
    expect(onlySpan().attributes["gen_ai.response.time_to_first_chunk"]).toBeGreaterThan(0);
    const between = metrics
      .flatMap(({ metrics }) => metrics)
      .find(({ descriptor }) => descriptor.name.endsWith("time_per_output_chunk"));
    // Four chunks; the end marker is none.
    expect(between?.dataPoints.map(({ value }) => (value as { count: number }).count)).toEqual([3]);
  });

  it("is the child of the span that was active", async () => {
    const { spans } = await run(completion(), (client, { tracerProvider }) => {
      const parent = tracerProvider.getTracer("app").startSpan("app");
      const called = context.with(trace.setSpan(context.active(), parent), () =>
        client.chat.completions.create(ask),
      );
      return called.finally(() => parent.end());
    });
    const [app, chat] = ["app", "chat gpt-test"].map((name) => spans.find((span) => span.name === name));
    expect(chat?.parentSpanContext?.spanId).toBe(app?.spanContext().spanId);
  });
});

describe("a call that fails", () => {
  it.each([
    [400, "invalid"],
    [401, "invalid_api_key"],
    [404, "model_not_found"],
    [429, "rate_limit_exceeded"],
    [500, "server_error"],
  ])("has the HTTP status %i as its error type", async (status, code) => {
    const { onlySpan, logs } = await run(refusal(status, code), (client) =>
      client.chat.completions.create(ask).catch(() => {}),
    );
    expect(facts(onlySpan().attributes)).toEqual({ error: String(status) });
    expect(onlySpan().status.message).toContain(`Refused: ${code}`);
    expect(
      logs.find(({ eventName }) => eventName === "gen_ai.client.operation.exception")?.attributes[
        "exception.type"
      ],
    ).toMatch(/Error$/);
  });

  it("has the class of the error when no answer came", async () => {
    const client = { baseURL: "http://127.0.0.1:1/v1" };
    const { onlySpan } = await run([], (openai) => openai.chat.completions.create(ask).catch(() => {}), {
      client,
    });
    expect(facts(onlySpan().attributes)).toEqual({ error: "APIConnectionError" });
  });

  it("keeps what had arrived when the connection broke in mid-stream", async () => {
    const { onlySpan } = await run(
      script([chunk({ content: "Half" }), "drop"]),
      async (client) => {
        const read = async () => {
          for await (const _ of await client.chat.completions.create(askStreamed));
        };
        await expect(read()).rejects.toThrow();
      },
      { config: { captureMessageContent: "SPAN_ONLY" }, capture: "SPAN_ONLY" },
    );
    expect(facts(onlySpan().attributes)).toEqual({ reasons: ["error"], error: expect.any(String) });
    expect(onlySpan().attributes["gen_ai.output.messages"]).toContain("Half");
  });
});

describe("a stream whose connection breaks before the first chunk", () => {
  it.each(["text/event-stream", "application/json"])(
    "fails with what its reader got, as %s",
    async (type) => {
      const gate = new Gate();
      const begun = script([Buffer.from('{"id":'), gate, "drop"], { headers: { "content-type": type } });
      const { onlySpan } = await run(begun, async (client) => {
        const stream = await client.chat.completions.create(askStreamed);
        const step = expect(stream[Symbol.asyncIterator]().next()).rejects.toThrow(TypeError);
        await gate.reached;
        // By then the stream is known to stand open. The SDK aborts its own request when reading fails.
        await delay(20);
        gate.open();
        await step;
      });
      expect(facts(onlySpan().attributes)).toEqual({ error: "TypeError" });
    },
  );
});

describe("a call the application ends itself", () => {
  it("is cancelled, and no error, when it breaks out of the stream", async () => {
    const { onlySpan } = await run(script([chunk({ content: "Half" }), "hang"]), async (client) => {
      for await (const _ of await client.chat.completions.create(askStreamed)) break;
    });
    expect(facts(onlySpan().attributes)).toEqual({ reasons: ["error"], outcome: "cancelled" });
    expect(onlySpan().status.code).toBe(SpanStatusCode.UNSET);
  });

  // The helpers abort their request when their reader leaves.
  it.each<[string, (client: OpenAI) => AsyncIterable<unknown>]>([
    ["a stream helper", (client) => client.chat.completions.stream(ask)],
    ["a tool runner's stream", (client) => client.chat.completions.runTools({ ...askStreamed, tools: [] })],
  ])("is cancelled, and no error, when it breaks out of %s", async (_, open) => {
    const { onlySpan } = await run(script([chunk({ content: "Half" }), "hang"]), async (client) => {
      for await (const _ of open(client)) break;
    });
    expect(facts(onlySpan().attributes)).toEqual({ reasons: ["error"], outcome: "cancelled" });
    expect(onlySpan().status.code).toBe(SpanStatusCode.UNSET);
  });

  it("is an aborted failure when it aborts a stream helper", async () => {
    const { onlySpan } = await run(script([chunk({ content: "Half" }), "hang"]), async (client) => {
      const helper = client.chat.completions.stream(ask);
      helper.on("chunk", () => helper.abort());
      await expect(helper.done()).rejects.toThrow();
    });
    expect(facts(onlySpan().attributes)).toMatchObject({ error: "AbortError", outcome: "aborted" });
  });

  it("is an aborted failure when it aborts before the answer", async () => {
    const gate = new Gate();
    const { onlySpan } = await run(script([gate]), async (client) => {
      const controller = new AbortController();
      const called = client.chat.completions.create(ask, { signal: controller.signal });
      const settled = expect(called).rejects.toThrow();
      await gate.reached;
      controller.abort();
      await settled;
    });
    expect(facts(onlySpan().attributes)).toEqual({ error: "APIUserAbortError", outcome: "aborted" });
  });

  it("is an aborted failure when it aborts in mid-stream", async () => {
    const { onlySpan } = await run(script([chunk({ content: "Half" }), "hang"]), async (client) => {
      const stream = await client.chat.completions.create(askStreamed);
      for await (const _ of stream) stream.controller.abort();
    });
    expect(facts(onlySpan().attributes)).toMatchObject({ reasons: ["error"], outcome: "aborted" });
    expect(onlySpan().status.code).toBe(SpanStatusCode.ERROR);
  });

  it("is raw when it takes the response body for itself", async () => {
    const { onlySpan } = await run(completion(), async (client) => {
      const response = await client.chat.completions.create(ask).asResponse();
      await response.json();
    });
    expect(facts(onlySpan().attributes)).toEqual({ outcome: "raw" });
  });
});

describe("a call nobody samples", () => {
  it("has metrics and events, and no span", async () => {
    const { spans, metrics, logs } = await run(
      completion(),
      (client) => client.chat.completions.create(ask),
      {
        sampled: false,
        events: false,
      },
    );
    expect(spans).toEqual([]);
    expect(metrics.flatMap(({ metrics }) => metrics.map(({ descriptor }) => descriptor.name))).toContain(
      "gen_ai.client.inference.duration",
    );
    expect(logs.map(({ eventName }) => eventName)).toEqual(["gen_ai.client.inference.operation.details"]);
  });
});

describe("options", () => {
  it("make no log events when they are turned off", async () => {
    const { logs } = await run(
      refusal(500, "oops"),
      (client) => client.chat.completions.create(ask).catch(() => {}),
      {
        config: { emitEvents: false },
        events: false,
      },
    );
    expect(logs).toEqual([]);
  });

  it("price a call by the application's own table", async () => {
    const { onlySpan } = await run(completion(), (client) => client.chat.completions.create(ask), {
      config: { prices: { "gpt-test-1": [1, 10] } },
    });
    expect(onlySpan().attributes["kit.cost.usd"]).toBeCloseTo(0.009 + 0.03, 10);
  });

  it("leave the cost out for a model nobody knows, rather than say zero", async () => {
    const { onlySpan } = await run(completion(), (client) => client.chat.completions.create(ask));
    expect(onlySpan().attributes).not.toHaveProperty("kit.cost.usd");
  });

  it("record nothing while the instrumentation is not enabled", async () => {
    const { spans, logs, metrics } = await run(
      completion(),
      (client) => client.chat.completions.create(ask),
      {
        config: { enabled: false },
      },
    );
    expect([spans, logs, metrics]).toEqual([[], [], []]);
  });

  it("shorten long strings inside the messages and leave valid JSON", async () => {
    const long = "x".repeat(5_000);
    const { onlySpan } = await run(
      completion({ content: long }),
      (client) => client.chat.completions.create({ ...ask, messages: [{ role: "user", content: long }] }),
      { config: { captureMessageContent: "SPAN_ONLY", maxContentLength: 100 }, capture: "SPAN_ONLY" },
    );
    const output = String(onlySpan().attributes["gen_ai.output.messages"]);
    expect(output.length).toBeLessThan(300);
    expect(onlySpan().attributes["kit.content.cut_characters"]).toBe(2 * (5_000 - 100));
  });
});
