import { expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";
import { startApp } from "../support/register/run-app.js";

const world = useWorld();

it("sends requests of OTEL_BSP_MAX_EXPORT_BATCH_SIZE spans", async () => {
  await world.run({ OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "1" }, "nested.mjs");
  expect(world.collector.requests).toHaveLength(2);
});

it("sends after OTEL_BSP_SCHEDULE_DELAY while the program runs", async () => {
  const { child, ended } = startApp("wait.mjs", { env: world.env({ OTEL_BSP_SCHEDULE_DELAY: "10" }) });
  await world.collector.until(({ spans }) => spans.length === 1);
  child.kill("SIGKILL");
  await ended;
});

it("drops what exceeds OTEL_BSP_MAX_QUEUE_SIZE", async () => {
  await world.run({ OTEL_BSP_MAX_QUEUE_SIZE: "1", OTEL_BSP_SCHEDULE_DELAY: "60000" }, "many.mjs");
  expect(world.collector.spans.length).toBeLessThan(5);
});

it("names a batch above the queue", async () => {
  const { stderr } = await world.run({ OTEL_BSP_MAX_QUEUE_SIZE: "10", OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "20" });
  expect(stderr).toBe('[kit] OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "20" is above 10; 10 is used.\n');
});
