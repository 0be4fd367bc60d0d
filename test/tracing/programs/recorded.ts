import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";

const exporter = new InMemorySpanExporter();
new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();

/** One value a program saw, and the spans it made on the way, as `name < parent`. */
export interface Step {
  readonly value: unknown;
  readonly spans: readonly string[];
}

const steps: Record<string, Step> = {};

/** Runs one part of a program and keeps what it gave with the spans it made. */
export async function step(name: string, run: () => unknown): Promise<void> {
  exporter.reset();
  const value = await run();
  const spans = exporter.getFinishedSpans();
  const names = new Map(spans.map((span) => [span.spanContext().spanId, span.name]));
  steps[name] = {
    value: value ?? null,
    spans: spans.map((span) => {
      const parent = names.get(span.parentSpanContext?.spanId ?? "");
      return parent === undefined ? span.name : `${span.name} < ${parent}`;
    }),
  };
}

/** Tells the test what was seen. */
export function tell(): void {
  console.log(JSON.stringify(steps));
}
