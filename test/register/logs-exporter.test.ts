import { expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();

it("makes no log records unless OTEL_LOGS_EXPORTER asks for them", async () => {
  await world.run();
  expect(world.collector.logs).toEqual([]);
});

it("sends the events of model calls over OTLP before the program ends", async () => {
  const { stderr } = await world.run({ OTEL_LOGS_EXPORTER: "otlp" });
  expect(stderr).toBe("");
  expect(world.collector.logs.map(({ eventName }) => eventName)).toEqual([
    "gen_ai.client.inference.operation.details",
  ]);
});

it("sends them even when the application calls process.exit", async () => {
  const { code, stderr } = await world.run({ OTEL_LOGS_EXPORTER: "otlp" }, "exits.mjs");
  expect({ code, stderr }).toEqual({ code: 5, stderr: "" });
  expect(world.collector.logs).toHaveLength(1);
  expect(world.collector.spans).toHaveLength(1);
});
