import { SpanStatusCode, trace } from "@opentelemetry/api";
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";

const exporter = new InMemorySpanExporter();
new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();

/** Runs `work` in a span of its own, which ends with it and fails with it. */
export function inSpan(name, work) {
  return trace.getTracer("example").startActiveSpan(name, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Prints every span under its parent, with how long it took and how it ended. */
export function printTrace() {
  const spans = exporter.getFinishedSpans();
  const print = (parent, indent) => {
    for (const span of spans.filter((each) => each.parentSpanContext?.spanId === parent)) {
      const ms = span.duration[0] * 1000 + span.duration[1] / 1e6;
      const failure = span.status.message ? `  ! ${span.status.message}` : "";
      console.log(`${indent}${span.name}  ${ms.toFixed(0)} ms${failure}`);
      print(span.spanContext().spanId, `${indent}  `);
    }
  };
  print(undefined, "");
}
