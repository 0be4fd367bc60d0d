// An application with an OpenTelemetry set-up of its own, on the line named by the argument (2 or 3), that marks its
// work. Prints what was recorded.
import { createRequire } from "node:module";

const [line] = process.argv.slice(2);
const folder = line === "3" ? "../../../matrix/otel-3/" : "../../";
const require = createRequire(new URL(`${folder}package.json`, import.meta.url));
const api = require("@opentelemetry/api");
const tracing = require(line === "3" ? "@opentelemetry/sdk-trace" : "@opentelemetry/sdk-trace-node");
const metrics = require("@opentelemetry/sdk-metrics");
const { AsyncLocalStorageContextManager } = require("@opentelemetry/context-async-hooks");

const spans = new tracing.InMemorySpanExporter();
const points = new metrics.InMemoryMetricExporter(metrics.AggregationTemporality.CUMULATIVE);
const Provider = tracing.TracerProvider ?? tracing.NodeTracerProvider;
const tracerProvider = new Provider({
  // 3.x takes options where 2.x takes the exporter.
  spanProcessors: [new tracing.SimpleSpanProcessor(line === "3" ? { exporter: spans } : spans)],
});
const reader = new metrics.PeriodicExportingMetricReader({ exporter: points, exportIntervalMillis: 2 ** 30 });
const meterProvider = new metrics.MeterProvider({ readers: [reader] });
api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
api.trace.setGlobalTracerProvider(tracerProvider);
api.metrics.setGlobalMeterProvider(meterProvider);

const { agent, alert, cron, event, metric, session, tool } = await import("@kit/tracing");
await session("s", async (s) => {
  s.log("begun");
  await agent("a", async () => tool("t", () => event("e", { a: 1 }))())();
  metric("depth", 3, { queue: "in" });
});
await cron("j", async () => {
  alert("low");
  throw new TypeError("bad");
}).catch(() => {});

await tracerProvider.forceFlush();
await meterProvider.forceFlush();
const finished = spans.getFinishedSpans();
const names = new Map(finished.map((span) => [span.spanContext().spanId, span.name]));
console.log(
  JSON.stringify({
    spans: finished.map((span) => [span.name, names.get(span.parentSpanContext?.spanId) ?? null]),
    moments: finished
      .filter(({ name }) => /^(event|metric|alert)/.test(name))
      .map(({ startTime, endTime }) => String(startTime) === String(endTime)),
    sessions: finished.map(({ attributes }) => attributes["session.id"]),
    failed: finished.filter(({ status }) => status.code === 2).map(({ status }) => status.message),
    metrics: points
      .getMetrics()
      .at(-1)
      .scopeMetrics.flatMap((scope) => scope.metrics.map(({ descriptor }) => descriptor.name))
      .sort(),
  }),
);
