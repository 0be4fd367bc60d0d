import { trace as api, metrics } from "@opentelemetry/api";
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";
import { afterEach, expect, it } from "vitest";
import { task } from "./mark.js";
import { event } from "./moment/event.js";
import { metric } from "./moment/metric.js";
import { session } from "./session/session.js";

const OFF = Symbol.for("@kit/tracing/off");
const slot = globalThis as { [OFF]?: boolean };

afterEach(() => {
  delete slot[OFF];
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
  slot[OFF] = true;
  expect(session("s", () => work(1))).toBe(2);
  expect(spans.getFinishedSpans()).toEqual([]);
  delete slot[OFF];
  expect(session("s", () => work(1))).toBe(2);
  expect(spans.getFinishedSpans().map(({ name }) => name)).toEqual([
    "event seen",
    "metric n",
    "task work",
    "invoke_workflow s",
  ]);
});
