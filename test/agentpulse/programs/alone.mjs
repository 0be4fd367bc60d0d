// An application that exports its one model call by a processor without timers, waits for that, and is done when its
// input ends.
import { AgentPulseSpanExporter } from "@kit/exporter-agentpulse";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

const exporter = new AgentPulseSpanExporter({ heartbeatInterval: 0 });
const exported = new Promise((resolve) => {
  const processor = {
    onStart: () => {},
    onEnd: (span) => exporter.export([span], resolve),
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  const attributes = { "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o" };
  const provider = new NodeTracerProvider({ spanProcessors: [processor] });
  provider.getTracer("app").startSpan("chat gpt-4o", { attributes }).end();
});
process.stdin.resume();
const { code, error } = await exported;
console.log(code, error.message);
