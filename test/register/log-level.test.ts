import { expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();
const MISTAKE = { OTEL_TRACES_SAMPLER: "sometimes" };

it("says nothing at all for OTEL_LOG_LEVEL=none", async () => {
  const { stderr } = await world.run({ ...MISTAKE, OTEL_LOG_LEVEL: "none" });
  expect(stderr).toBe("");
});

it("tells what OpenTelemetry does for debug, a line each", async () => {
  const { stderr } = await world.run({ OTEL_LOG_LEVEL: "debug" });
  expect(stderr).toContain("@kit/instrumentation-openai: instrumented");
  expect(stderr).toContain(`[kit] OTLP traces: 1 delivered to ${world.collector.endpoint}/v1/traces.`);
  for (const line of stderr.trim().split("\n")) expect(line).toMatch(/^\[kit\] /);
});

it("names an unknown level", async () => {
  const { stderr } = await world.run({ OTEL_LOG_LEVEL: "loud" });
  expect(stderr).toBe(
    '[kit] OTEL_LOG_LEVEL: "loud" is not one of none, error, warn, info, debug, verbose, all; warn is used.\n',
  );
});
