// An application on the OpenTelemetry line of the first argument (2 or 3), with the processor of the second (ours or
// batch): a session, in it a model call.
import { createRequire } from "node:module";
import { AgentPulseSpanExporter, AgentPulseSpanProcessor } from "@kit/exporter-agentpulse";

const [line, kind] = process.argv.slice(2);
const folder = line === "3" ? "../../matrix/otel-3/" : "../";
const require = createRequire(new URL(`${folder}package.json`, import.meta.url));
const api = require("@opentelemetry/api");
const tracing = require(line === "3" ? "@opentelemetry/sdk-trace" : "@opentelemetry/sdk-trace-node");

function createProcessor() {
  if (kind === "ours") return new AgentPulseSpanProcessor();
  const exporter = new AgentPulseSpanExporter();
  return new tracing.BatchSpanProcessor(line === "3" ? { exporter } : exporter);
}
const Provider = tracing.TracerProvider ?? tracing.NodeTracerProvider;
const provider = new Provider({ spanProcessors: [createProcessor()] });
const tracer = provider.getTracer("host");

const session = { "kit.kind": "session", "kit.session.name": "s", "session.id": "s" };
const root = tracer.startSpan("invoke_workflow s", { attributes: session });
const chat = {
  "gen_ai.operation.name": "chat",
  "gen_ai.request.model": "gpt-4o",
  "gen_ai.usage.input_tokens": 1000,
  "gen_ai.usage.output_tokens": 1000,
  "session.id": "s",
};
const inside = api.trace.setSpan(api.context.active(), root);
const span = tracer.startSpan("chat gpt-4o", { attributes: chat }, inside);
span.setStatus({ code: api.SpanStatusCode.ERROR, message: "late" });
span.end();
const { traceId, spanId } = span.spanContext();
const parentId = root.spanContext().spanId;
root.end();
await provider.forceFlush();
console.log(JSON.stringify({ traceId, spanId, parentId }));
await provider.shutdown();
