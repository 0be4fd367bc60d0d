// An application with its own OpenTelemetry set-up, on the line named by the first argument (2 or 3): it registers
// its providers globally, as applications do, then uses the kit's instrumentation and prints what was recorded.
// With `registered`, the register hook ran before it and has done the instrumenting.
import { createRequire } from "node:module";

const [line, baseURL, instrumented] = process.argv.slice(2);
const folder = line === "3" ? "../../matrix/otel-3/" : "../";
const require = createRequire(new URL(`${folder}package.json`, import.meta.url));

const api = require("@opentelemetry/api");
const tracing = require(line === "3" ? "@opentelemetry/sdk-trace" : "@opentelemetry/sdk-trace-node");
const metrics = require("@opentelemetry/sdk-metrics");
const logs = require("@opentelemetry/sdk-logs");
const logsApi = line === "3" ? api.logs : require("@opentelemetry/api-logs").logs;
const { AsyncLocalStorageContextManager } = require("@opentelemetry/context-async-hooks");

const spans = new tracing.InMemorySpanExporter();
const points = new metrics.InMemoryMetricExporter(metrics.AggregationTemporality.CUMULATIVE);
const records = new logs.InMemoryLogRecordExporter();
const Provider = tracing.TracerProvider ?? tracing.NodeTracerProvider;
const tracerProvider = new Provider({
  // 3.x takes options where 2.x takes the exporter.
  spanProcessors: [new tracing.SimpleSpanProcessor(line === "3" ? { exporter: spans } : spans)],
});
const reader = new metrics.PeriodicExportingMetricReader({ exporter: points, exportIntervalMillis: 2 ** 30 });
const meterProvider = new metrics.MeterProvider({ readers: [reader] });
const logProcessor = new logs.SimpleLogRecordProcessor({ exporter: records });
const loggerProvider = new logs.LoggerProvider({ processors: [logProcessor] });
api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
api.trace.setGlobalTracerProvider(tracerProvider);
api.metrics.setGlobalMeterProvider(meterProvider);
logsApi.setGlobalLoggerProvider(loggerProvider);

const sdk = await import("openai");
if (instrumented !== "registered") {
  const { OpenAIInstrumentation } = await import("@kit/instrumentation-openai");
  new OpenAIInstrumentation().manuallyInstrument(sdk);
}
const client = new sdk.OpenAI({ apiKey: "sk-test", baseURL, maxRetries: 0 });

await api.trace.getTracer("app").startActiveSpan("app", async (span) => {
  const messages = [{ role: "user", content: "hi" }];
  await client.chat.completions.create({ model: "plain", messages });
  const stream = await client.chat.completions.create({ model: "stream", messages, stream: true });
  for await (const _ of stream);
  await client.chat.completions.create({ model: "fail", messages }).catch(() => undefined);
  const look = {
    type: "function",
    function: { name: "look", parameters: {}, parse: JSON.parse, function: () => "seen" },
  };
  await client.chat.completions.runTools({ model: "tools", messages, tools: [look] }).finalContent();
  span.end();
});

await Promise.all([tracerProvider.forceFlush(), loggerProvider.forceFlush()]);
await meterProvider.forceFlush();
const plain = {
  spans: spans.getFinishedSpans().map((span) => ({
    ...pick(span, [
      "name",
      "kind",
      "attributes",
      "status",
      "events",
      "links",
      "duration",
      "startTime",
      "endTime",
    ]),
    ...pick(span, ["instrumentationScope", "parentSpanContext"]),
    context: span.spanContext(),
  })),
  metrics: points.getMetrics().at(-1)?.scopeMetrics ?? [],
  logs: records.getFinishedLogRecords().map((record) => ({
    ...pick(record, [
      "eventName",
      "severityNumber",
      "body",
      "attributes",
      "spanContext",
      "instrumentationScope",
    ]),
  })),
};
await Promise.all([tracerProvider.shutdown(), meterProvider.shutdown(), loggerProvider.shutdown()]);
process.stdout.write(JSON.stringify(plain));

function pick(object, names) {
  return Object.fromEntries(names.map((name) => [name, object[name]]));
}
