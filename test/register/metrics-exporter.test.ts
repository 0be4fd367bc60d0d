import { expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();

it("makes no metrics unless OTEL_METRICS_EXPORTER asks for them", async () => {
  await world.run();
  expect(world.collector.bodies("metrics")).toEqual([]);
});

it("sends metrics over OTLP before the program ends", async () => {
  const { stderr } = await world.run({ OTEL_METRICS_EXPORTER: "otlp" });
  expect(stderr).toBe("");
  const body = JSON.stringify(world.collector.bodies("metrics"));
  expect(body).toContain('"gen_ai.client.inference.duration"');
  expect(body).toContain('"gen_ai.client.inference.usage.input_tokens"');
});

it("sends metrics of an application that sends no traces", async () => {
  await world.run({ OTEL_METRICS_EXPORTER: "otlp", OTEL_TRACES_EXPORTER: "none" });
  expect(JSON.stringify(world.collector.bodies("metrics"))).toContain('"gen_ai.client.inference.duration"');
});

it("sends what changed since the last time for the delta preference", async () => {
  await world.run({
    OTEL_METRICS_EXPORTER: "otlp",
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "delta",
  });
  expect(JSON.stringify(world.collector.bodies("metrics"))).toContain('"aggregationTemporality":1');
});

it("prints metrics for console", async () => {
  const { stdout } = await world.run({ OTEL_METRICS_EXPORTER: "console" });
  expect(stdout).toContain("gen_ai.client.inference.duration");
});
