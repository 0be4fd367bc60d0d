import { event, init, session, shutdown, task } from "@kit/sdk";
import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";
import OpenAI from "openai";
import { afterEach, describe, expect, it, vi } from "vitest";
import { useApplication } from "./harness.js";

const app = useApplication();
const original = OpenAI.Chat.Completions.prototype.create;
const resources = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
const listeners = () => process.eventNames().map((name) => [name, process.listenerCount(name)]);

afterEach(() => {
  trace.disable();
  context.disable();
});

describe.each([
  ["the option", { enabled: false }, {}],
  ["AGENTPULSE_ENABLED", {}, { AGENTPULSE_ENABLED: "off" }],
  ["OTEL_SDK_DISABLED", {}, { OTEL_SDK_DISABLED: "true" }],
] as const)("switched off by %s", (_, options, variables) => {
  const stub = () => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  };

  it("patches, times, hears, sends and says nothing", async () => {
    stub();
    const before = { timers: resources(), listeners: listeners() };
    const client = app.start(options);
    expect({ timers: resources(), listeners: listeners() }).toEqual(before);
    expect(client.active).toBe(false);
    expect(OpenAI.Chat.Completions.prototype.create).toBe(original);
    await client.session("s", () => app.ask());
    client.event("e");
    await client.flush();
    await client.shutdown();
    expect(app.server.requests).toEqual([]);
    expect(app.stderr).toEqual([]);
  });

  it("makes no span even through a provider of the application's own", async () => {
    stub();
    const spans = new InMemorySpanExporter();
    const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
    trace.setGlobalTracerProvider(provider);
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    app.start(options);
    await session("s", async () => {
      await app.ask();
      task("t")(() => event("e"))();
      trace.getTracer("app").startSpan("own").end();
    });
    expect(spans.getFinishedSpans().map(({ name }) => name)).toEqual(["own"]);
    await provider.shutdown();
  });
});

it("lets the option win over the variable", async () => {
  vi.stubEnv("AGENTPULSE_ENABLED", "false");
  expect(app.start({ enabled: true }).active).toBe(true);
  await app.ask();
  await shutdown();
  expect(app.server.ofKind("cost")).toHaveLength(1);
});

it("can be switched on later in the same process", () => {
  expect(init({ enabled: false }).active).toBe(false);
  expect(app.start().active).toBe(true);
});
