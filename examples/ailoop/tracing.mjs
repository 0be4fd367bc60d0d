import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";

/** Collects spans in memory; `print` shows the trace of the deployment as a tree. */
export function startTracing() {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  provider.register();
  return {
    async print() {
      const spans = exporter.getFinishedSpans();
      const root = spans.find(({ name }) => name === "execute_tool deploy");
      if (root) printTree(root, spans, "");
      await provider.shutdown();
    },
  };
}

function printTree(span, spans, indent) {
  const [seconds, nanoseconds] = span.duration;
  const outcome = span.attributes["ailoop.outcome"];
  const links = span.links.map(({ context }) =>
    spans.find((one) => one.spanContext().spanId === context.spanId),
  );
  const notes = [outcome, ...links.map((linked) => `linked to ${linked?.name ?? "another trace"}`)];
  const told = notes.filter(Boolean).join(", ");
  console.log(`${indent}${span.name}  ${(seconds + nanoseconds / 1e9).toFixed(3)} s${told && `  (${told})`}`);
  for (const child of spans) {
    if (child.parentSpanContext?.spanId === span.spanContext().spanId) printTree(child, spans, `${indent}  `);
  }
}
