// An application that waits for a signal, with as many processors as it is told, which flush on signals; with handlers
// of its own for the signals named, and with what else the argument says.
import { AgentPulseSpanProcessor } from "@kit/exporter-agentpulse";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

const { processors = 1, handled = [], signalExit = false, sdk = false } = JSON.parse(process.argv[2]);
if (signalExit) (await import("signal-exit")).onExit(() => {});
if (sdk) (await import("@kit/sdk")).init({ autoPatch: false });
for (const signal of handled) process.on(signal, () => console.log(`handled ${signal}`));
for (let n = 0; n < processors; n++) {
  const processor = new AgentPulseSpanProcessor({
    flushOnSignals: true,
    initEvent: false,
    heartbeatInterval: 0,
  });
  const tracer = new NodeTracerProvider({ spanProcessors: [processor] }).getTracer("app");
  const attributes = { "gen_ai.operation.name": "chat", "gen_ai.request.model": `model-${n}` };
  tracer.startSpan("chat", { attributes }).end();
}
setInterval(() => {}, 60_000);
console.log("ready");
