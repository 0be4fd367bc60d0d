import { expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";
import { startApp } from "../support/register/run-app.js";

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

it("sends requests of OTEL_BLRP_MAX_EXPORT_BATCH_SIZE records", async () => {
  await world.run({ OTEL_LOGS_EXPORTER: "otlp", OTEL_BLRP_MAX_EXPORT_BATCH_SIZE: "1" }, "twice.mjs");
  expect(world.collector.logs).toHaveLength(2);
  expect(world.collector.requests.filter(({ path }) => path === "/v1/logs")).toHaveLength(2);
});

it("sends them after OTEL_BLRP_SCHEDULE_DELAY while the program runs", async () => {
  const env = world.env({ OTEL_LOGS_EXPORTER: "otlp", OTEL_BLRP_SCHEDULE_DELAY: "10" });
  const { child, ended } = startApp("wait.mjs", { env });
  await world.collector.until(({ logs }) => logs.length === 1);
  child.kill("SIGKILL");
  await ended;
});

it("keeps to OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT, and names a value that is none", async () => {
  await world.run({ OTEL_LOGS_EXPORTER: "otlp", OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT: "2" });
  expect(world.collector.logs.map(({ attributes }) => Object.keys(attributes).length)).toEqual([2]);
  const { stderr } = await world.run({ OTEL_LOGS_EXPORTER: "otlp", OTEL_BLRP_MAX_QUEUE_SIZE: "many" });
  expect(stderr).toBe('[kit] OTEL_BLRP_MAX_QUEUE_SIZE: "many" is not a number; 2048 is used.\n');
});

it("sends them even when the application calls process.exit", async () => {
  const { code, stderr } = await world.run({ OTEL_LOGS_EXPORTER: "otlp" }, "exits.mjs");
  expect({ code, stderr }).toEqual({ code: 5, stderr: "" });
  expect(world.collector.logs).toHaveLength(1);
  expect(world.collector.spans).toHaveLength(1);
});
