import { createSpanProcessors, event, session } from "@kit/sdk";
import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { NodeTracerProvider, type SpanProcessor } from "@opentelemetry/sdk-trace-node";
import { afterEach, expect, it, vi } from "vitest";
import { useApplication } from "./harness.js";

const app = useApplication();

afterEach(() => {
  trace.disable();
  context.disable();
});

function register(spanProcessors: SpanProcessor[]): NodeTracerProvider {
  const provider = new NodeTracerProvider({ spanProcessors });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  return provider;
}

it("feeds AgentPulse from a provider of the application's own, without init", async () => {
  const provider = register(createSpanProcessors(app.options));
  await session("own", async () => event("seen", { n: 1 }));
  await provider.shutdown();
  expect(app.server.ofKind("custom_event")[0]).toMatchObject({
    session: "own",
    data: { name: "seen", n: 1 },
  });
  expect(app.server.ofKind("session_start")).toHaveLength(1);
});

it("has a session on the spans of other instrumentations", async () => {
  const provider = register(createSpanProcessors({ ...app.options, agentpulse: { exportSpans: "all" } }));
  session("own", () => trace.getTracer("http").startSpan("GET").end());
  await provider.shutdown();
  expect(app.server.ofKind("span_end")[0]).toMatchObject({ session: "own", data: { name: "GET" } });
});

it("gives none where the kit is off or spans go nowhere", () => {
  expect(createSpanProcessors({ tracesExporter: "none" })).toEqual([]);
  vi.stubEnv("OTEL_TRACES_EXPORTER", "none");
  expect(createSpanProcessors(null as never)).toEqual([]);
  vi.stubEnv("AGENTPULSE_ENABLED", "false");
  expect(createSpanProcessors(app.options)).toEqual([]);
});
