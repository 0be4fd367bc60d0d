import { AgentPulseSpanProcessor } from "@kit/exporter-agentpulse";
import { type Attributes, context, type Tracer } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { NodeTracerProvider, type SpanProcessor } from "@opentelemetry/sdk-trace-node";
import { afterEach } from "vitest";
import { type AgentPulseOptions, type FakeAgentPulse, startAgentPulse } from "../support/agentpulse/index.js";

export type ProcessorOptions = ConstructorParameters<typeof AgentPulseSpanProcessor>[0];

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** Runs `cleanup` when the test is over. */
export function later(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}

/** A server that lives as long as the test. */
export async function startServer(options: AgentPulseOptions = {}): Promise<FakeAgentPulse> {
  const server = await startAgentPulse(options);
  later(() => server.close());
  return server;
}

/** An application of one tracer whose spans go to the processor. */
export function tracerTo(
  processor: SpanProcessor,
  resource: Attributes = { "service.name": "shop" },
): Tracer {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const provider = new NodeTracerProvider({
    spanProcessors: [processor],
    resource: resourceFromAttributes(resource),
  });
  later(() => provider.shutdown());
  return provider.getTracer("app", "1.2.3");
}

/** A processor that says nothing but what spans say, and its tracer. */
export function processorTo(server: FakeAgentPulse, options: ProcessorOptions = {}) {
  const quiet = { heartbeatInterval: 0, initEvent: false };
  const processor = new AgentPulseSpanProcessor({
    endpoint: server.url,
    apiKey: server.key,
    ...quiet,
    ...options,
  });
  return { processor, tracer: tracerTo(processor) };
}

/** A model call as an instrumentation of the kit records it. */
export const CHAT: Attributes = {
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "openai",
  "gen_ai.request.model": "gpt-4o",
  "gen_ai.response.model": "gpt-4o-2024-08-06",
  "gen_ai.response.id": "chatcmpl-1",
  "gen_ai.response.finish_reasons": ["stop"],
  "gen_ai.usage.input_tokens": 150,
  "gen_ai.usage.output_tokens": 89,
  "kit.cost.usd": 0.001265,
  "server.address": "api.openai.com",
};
