import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";

// Preloaded before a program that knows nothing of it: prints its spans as the last line.
const exporter = new InMemorySpanExporter();
new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();

process.on("exit", () => {
  const spans = exporter.getFinishedSpans();
  const names = new Map(spans.map((span) => [span.spanContext().spanId, span.name]));
  const seen = spans.map(({ name, attributes, parentSpanContext }) => ({
    name,
    parent: names.get(parentSpanContext?.spanId ?? "") ?? null,
    attributes,
  }));
  console.log(JSON.stringify(seen));
});
