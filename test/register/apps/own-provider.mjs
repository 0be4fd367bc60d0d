// An application with its own OpenTelemetry setup, before ours.
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";

export const exporter = new InMemorySpanExporter();
export const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
provider.register();

process.on("exit", () =>
  console.log(
    exporter
      .getFinishedSpans()
      .map(({ name }) => name)
      .join(),
  ),
);
