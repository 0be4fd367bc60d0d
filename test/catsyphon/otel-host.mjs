// An application on the OpenTelemetry line of the first argument (2 or 3), with the exporter in the processor of
// the second (ours or batch): one agent, one model call.
import { createRequire } from "node:module";
import { CatSyphonSpanExporter, CatSyphonSpanProcessor } from "@kit/exporter-catsyphon";

const [line, kind] = process.argv.slice(2);
const folder = line === "3" ? "../../matrix/otel-3/" : "../";
const require = createRequire(new URL(`${folder}package.json`, import.meta.url));
const api = require("@opentelemetry/api");
const tracing = require(line === "3" ? "@opentelemetry/sdk-trace" : "@opentelemetry/sdk-trace-node");

const exporter = new CatSyphonSpanExporter();
const batch = () => new tracing.BatchSpanProcessor(line === "3" ? { exporter } : exporter);
const processor = kind === "ours" ? new CatSyphonSpanProcessor(exporter) : batch();
const Provider = tracing.TracerProvider ?? tracing.NodeTracerProvider;
const provider = new Provider({ spanProcessors: [processor] });
const tracer = provider.getTracer("host");

const conversation = { "gen_ai.conversation.id": `${line}-${kind}-${process.versions.node.split(".")[0]}` };
const agent = { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "boss", ...conversation };
const root = tracer.startSpan("invoke_agent boss", { attributes: agent });
const chat = {
  "gen_ai.operation.name": "chat",
  "gen_ai.request.model": "m",
  "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"q"}]}]',
  "gen_ai.output.messages": '[{"role":"assistant","parts":[{"type":"text","content":"a"}]}]',
};
const inside = api.trace.setSpan(api.context.active(), root);
const span = tracer.startSpan("chat m", { attributes: chat }, inside);
span.setStatus({ code: api.SpanStatusCode.ERROR, message: "late" });
span.end();
root.end();
await provider.shutdown();
if (kind === "batch") await exporter.shutdown();
