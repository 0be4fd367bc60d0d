import { expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();
const names = () => world.collector.metrics.map(({ name }) => name);

it("makes no metrics unless OTEL_METRICS_EXPORTER asks for them", async () => {
  await world.run();
  expect(world.collector.metrics).toEqual([]);
});

it("sends metrics over OTLP before the program ends", async () => {
  const { stderr } = await world.run({ OTEL_METRICS_EXPORTER: "otlp" });
  expect(stderr).toBe("");
  expect(names()).toContain("gen_ai.client.inference.duration");
  expect(names()).toContain("gen_ai.client.inference.usage.input_tokens");
});

it("sends metrics of an application that sends no traces", async () => {
  await world.run({ OTEL_METRICS_EXPORTER: "otlp", OTEL_TRACES_EXPORTER: "none" });
  expect(names()).toContain("gen_ai.client.inference.duration");
});

it("names an unknown temporality preference", async () => {
  const { stderr } = await world.run({
    OTEL_METRICS_EXPORTER: "otlp",
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "sometimes",
  });
  expect(stderr).toContain('"sometimes" is not one of cumulative, delta, lowmemory; cumulative is used.');
  expect(names()).toContain("gen_ai.client.inference.duration");
});

it.each(["chat.mjs", "shuts-down.mjs"])("prints metrics for console, once: %s", async (file) => {
  const { stdout } = await world.run({ OTEL_METRICS_EXPORTER: "console" }, file);
  expect(stdout.match(/name: 'gen_ai\.client\.inference\.duration'/g)).toHaveLength(1);
});
