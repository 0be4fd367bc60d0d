import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { expect, it } from "vitest";
import { OpenSpans } from "./open-spans.js";

function setUp() {
  const open = new OpenSpans();
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [open, new SimpleSpanProcessor({ exporter })] });
  return { open, exporter, tracer: provider.getTracer("test") };
}

it("ends what is under way as abandoned, the inner spans first", () => {
  const { open, exporter, tracer } = setUp();
  for (const name of ["outer", "done", "inner"]) {
    const span = tracer.startSpan(name);
    if (name === "done") span.end();
  }
  open.abandon();
  open.abandon();
  const told = exporter.getFinishedSpans().map(({ name, attributes }) => [name, attributes["kit.outcome"]]);
  expect(told).toEqual([
    ["done", undefined],
    ["inner", "abandoned"],
    ["outer", "abandoned"],
  ]);
});

it("holds no more than the newest thousand", () => {
  const { open, exporter, tracer } = setUp();
  for (let i = 0; i < 1005; i++) tracer.startSpan(`span ${i}`);
  open.abandon();
  const names = exporter.getFinishedSpans().map(({ name }) => name);
  expect([names.length, names.at(0), names.at(-1)]).toEqual([1000, "span 1004", "span 5"]);
});
