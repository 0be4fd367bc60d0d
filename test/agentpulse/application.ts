import { AgentPulseSpanProcessor } from "@kit/exporter-agentpulse";
import { type ProcessorOptions, tracerTo } from "./harness.js";

/** An application with the processor as a user would set it up. */
export function startApplication(
  server: { readonly url: string; readonly key: string },
  options: ProcessorOptions = {},
) {
  const processor = new AgentPulseSpanProcessor({ endpoint: server.url, apiKey: server.key, ...options });
  return { processor, tracer: tracerTo(processor) };
}
