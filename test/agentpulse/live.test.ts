import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import { AgentPulseSpanExporter } from "@kit/exporter-agentpulse";
import { context } from "@opentelemetry/api";
import { isTracingSuppressed } from "@opentelemetry/core";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { describe, expect, it } from "vitest";
import type { FakeAgentPulse } from "../support/agentpulse/index.js";
import { startApplication } from "./application.js";
import { later, startServer } from "./harness.js";

const chat = (more: object = {}) => ({
  attributes: { "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o", ...more },
});

const slow = (ms: number) => async () => {
  await pause(ms);
  return undefined;
};

/** Which spans arrived, by the number in `gen_ai.response.id`. */
const arrived = (fake: FakeAgentPulse) => fake.ofKind("cost").map(({ data }) => Number(data.response_id));

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

describe("many producers at once", () => {
  it("lose nothing and send nothing twice", async () => {
    const fake = await startServer({ fault: slow(5) });
    const { processor, tracer } = startApplication(fake);
    const produce = async (producer: number) => {
      for (let n = 0; n < 60; n++) {
        tracer.startSpan("chat", chat({ "gen_ai.response.id": `${producer * 60 + n}` })).end();
        await nextTurn();
      }
      await processor.forceFlush();
    };
    await Promise.all(numbers(40).map(produce));
    expect(arrived(fake).sort((a, b) => a - b)).toEqual(numbers(2_400));
  });

  it("are waited for by the forceFlush of a BatchSpanProcessor, until the server has answered", async () => {
    const fake = await startServer({ fault: slow(100) });
    const exporter = new AgentPulseSpanExporter({ endpoint: fake.url, apiKey: fake.key });
    const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
    later(() => provider.shutdown());
    const tracer = provider.getTracer("test");
    for (const n of numbers(700)) tracer.startSpan("chat", chat({ "gen_ai.response.id": `${n}` })).end();
    await provider.forceFlush();
    expect(arrived(fake).sort((a, b) => a - b)).toEqual(numbers(700));
  });
});

describe("the application", () => {
  it("does not wait for a server that never answers: under a millisecond for a call", async () => {
    const fake = await startServer({ fault: () => ({ kind: "hang" }) });
    const { tracer } = startApplication(fake);
    const costs: number[] = [];
    for (let n = 0; n < 2_000; n++) {
      const began = performance.now();
      tracer.startSpan("chat", chat()).end();
      costs.push(performance.now() - began);
      if (n % 50 === 0) await nextTurn();
    }
    await expect.poll(() => fake.ingests.length).toBeGreaterThan(0);
    expect(costs.sort((a, b) => a - b)[1_000]).toBeLessThan(1);
  });

  it("never sees the exporter's own requests in its traces", async () => {
    const suppressed: boolean[] = [];
    // Where instrumentations of the HTTP client ask whether to make a span.
    const watch = () => void suppressed.push(isTracingSuppressed(context.active()));
    const channels = ["http.client.request.start", "undici:request:create"];
    for (const channel of channels) subscribe(channel, watch);
    later(() => {
      for (const channel of channels) unsubscribe(channel, watch);
    });
    const fake = await startServer();
    fake.failNext(1, { kind: "reset" });
    const { processor, tracer } = startApplication(fake);
    tracer.startSpan("chat", chat()).end();
    await processor.forceFlush();
    await expect.poll(() => fake.heartbeats.length).toBe(1);
    expect(fake.ingests.length).toBeGreaterThan(1);
    expect(suppressed).toEqual(fake.requests.map(() => true));
  });
});

describe("a sign of life", () => {
  it("goes out at once and makes the server call the agent alive", async () => {
    const fake = await startServer();
    startApplication(fake);
    await expect.poll(() => fake.heartbeats.length).toBe(1);
    expect(fake.heartbeats[0]?.headers.authorization).toBe(`Bearer ${fake.key}`);
    expect((await fake.stats()).gateway_status.alive).toBe(true);
  });

  it("is not sent when the interval is 0", async () => {
    const fake = await startServer();
    const { processor } = startApplication(fake, { heartbeatInterval: 0 });
    await processor.forceFlush();
    expect(fake.ingests).toHaveLength(2);
    expect(fake.heartbeats).toEqual([]);
  });

  it("stops where the server knows none, and says nothing of it", async () => {
    const fake = await startServer({ gzip: "closes" });
    startApplication(fake, { heartbeatInterval: 0.05 });
    await expect.poll(() => fake.heartbeats.length).toBeGreaterThan(0);
    // Some more may be on their way before the first is answered.
    const moreIn300Ms = async () => {
      const before = fake.heartbeats.length;
      await pause(300);
      return fake.heartbeats.length - before;
    };
    await expect.poll(moreIn300Ms).toBe(0);
  });
});

describe("content", () => {
  const SECRET = "the-marked-words";
  const messages = JSON.stringify([{ role: "user", parts: [{ type: "text", content: SECRET }] }]);
  const everywhere = {
    "gen_ai.input.messages": messages,
    "gen_ai.output.messages": messages.replace("user", "assistant"),
    "gen_ai.system_instructions": JSON.stringify([{ type: "text", content: SECRET }]),
    "gen_ai.tool.definitions": JSON.stringify([{ name: SECRET }]),
    "gen_ai.tool.call.arguments": JSON.stringify({ a: SECRET }),
    "gen_ai.tool.call.result": SECRET,
    "gen_ai.prompt": SECRET,
    "gen_ai.completion": SECRET,
    "gen_ai.prompt.0.content": SECRET,
    "gen_ai.completion.0.content": SECRET,
    "llm.prompts": SECRET,
    "llm.completions": SECRET,
    "input.value": SECRET,
    "output.value": SECRET,
    "traceloop.entity.input": SECRET,
    "traceloop.entity.output": SECRET,
    "ai.prompt.messages": SECRET,
    "ai.response.text": SECRET,
  };

  async function send(captureMessages: boolean): Promise<FakeAgentPulse> {
    const fake = await startServer();
    const { processor, tracer } = startApplication(fake, { captureMessages, exportSpans: "all" });
    const operations = ["chat", "text_completion", "embeddings", "execute_tool", "invoke_agent", undefined];
    for (const operation of operations) {
      const span = tracer.startSpan("any", chat({ ...everywhere, "gen_ai.operation.name": operation }));
      span.addEvent("gen_ai.user.message", { content: SECRET, ...everywhere });
      span.addEvent("gen_ai.client.inference.operation.details", everywhere);
      span.end();
    }
    await processor.forceFlush();
    expect(fake.accepted.length).toBeGreaterThanOrEqual(operations.length);
    return fake;
  }

  it("on spans of others leaves the process only when asked for", async () => {
    const bodies = (await send(false)).requests.map(({ body }) => body).join("\n");
    expect(bodies).not.toContain(SECRET);
    const [call] = (await send(true)).ofKind("cost");
    expect(call?.data.messages).toContainEqual(expect.objectContaining({ role: "user", content: SECRET }));
  });
});
