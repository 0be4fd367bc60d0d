import { trace as api, metrics } from "@opentelemetry/api";
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";
import { afterEach, expect, it } from "vitest";
import { event } from "./event.js";
import { task } from "./mark.js";
import { metric } from "./metric.js";
import { session } from "./session.js";
import { setTracingEnabled } from "./telemetry.js";

afterEach(() => {
  setTracingEnabled(true);
  api.disable();
  metrics.disable();
});

it("records nothing while it is switched off, and runs what it is given", () => {
  const spans = new InMemorySpanExporter();
  api.setGlobalTracerProvider(new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }));
  const work = task("work")((n: number) => {
    event("seen");
    metric("n", n);
    return n + 1;
  });
  setTracingEnabled(false);
  expect(session("s", () => work(1))).toBe(2);
  expect(spans.getFinishedSpans()).toEqual([]);
  setTracingEnabled(true);
  expect(session("s", () => work(1))).toBe(2);
  expect(spans.getFinishedSpans().map(({ name }) => name)).toEqual([
    "event seen",
    "metric n",
    "task work",
    "invoke_workflow s",
  ]);
});
