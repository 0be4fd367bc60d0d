import type { InitOptions } from "@kit/sdk";
import { trace } from "@opentelemetry/api";
import { expect, it } from "vitest";
import { useApplication } from "./harness.js";

const app = useApplication();

/** What plain JavaScript may pass. */
const wrong = (options: Readonly<Record<string, unknown>>) => options as InitOptions;
const exporter = { export: () => {}, shutdown: async () => {} };
const broken = () => {
  throw new Error("broken");
};

it.each([
  [{ spanProcessors: exporter }, "spanProcessors is not a list; it is ignored."],
  [{ spanProcessors: [exporter] }, "spanProcessors: what has no onStart() is ignored."],
  [{ spanProcessors: [null] }, "spanProcessors: what has no onStart() is ignored."],
  [{ instrumentations: {} }, "instrumentations is not a list; it is ignored."],
  [{ instrumentations: ["openai"] }, "instrumentations: what has no enable() is ignored."],
  [{ sampler: "always_on" }, "sampler: what has no shouldSample() is ignored."],
  [{ otlp: "http://collector" }, "otlp is not an object; it is ignored."],
  [{ batch: 512 }, "batch is not an object; it is ignored."],
  [{ resourceAttributes: "team=a" }, "resourceAttributes is not an object; it is ignored."],
  [{ agentpulse: true }, "agentpulse is not an object; it is ignored."],
])("leaves out of %j what is none, and says so", async (options, line) => {
  const client = app.start(wrong(options));
  expect(app.stderr).toEqual([`[kit] ${line}\n`]);
  await app.ask();
  await client.shutdown();
  expect(app.server.ofKind("cost")).toHaveLength(1);
});

it("starts although an instrumentation of the application fails", async () => {
  const instrumentation = {
    instrumentationName: "theirs",
    enable: broken,
    disable: () => {},
    setTracerProvider: () => {},
    setMeterProvider: () => {},
  };
  const client = app.start(wrong({ instrumentations: [instrumentation] }));
  expect(app.stderr).toEqual(["[kit] theirs cannot be enabled: Error: broken\n"]);
  await app.ask();
  await client.shutdown();
  expect(app.server.ofKind("cost")).toHaveLength(1);
});

it("leaves nothing behind when it cannot start", () => {
  const listeners = () => process.eventNames().map((name) => [name, process.listenerCount(name)]);
  const before = listeners();
  const prices = Object.defineProperty({}, "mine", { enumerable: true, get: broken });
  expect(app.start({ prices }).active).toBe(false);
  expect(app.stderr.at(-1)).toBe(
    "[kit] could not start, the application runs without telemetry: Error: broken\n",
  );
  expect(listeners()).toEqual(before);
  expect(trace.getTracer("app").startSpan("span").isRecording()).toBe(false);
});
