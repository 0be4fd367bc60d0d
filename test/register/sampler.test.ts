import { expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();

it.each([
  ["always_on", "", 1],
  ["always_off", "", 0],
  ["traceidratio", "0", 0],
  ["traceidratio", "1", 1],
  ["parentbased_always_off", "", 0],
  ["parentbased_traceidratio", "0", 0],
])(
  "records as OTEL_TRACES_SAMPLER=%s with OTEL_TRACES_SAMPLER_ARG=%s says",
  async (sampler, ratio, spans) => {
    const { stderr } = await world.run({ OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: ratio });
    expect(stderr).toBe("");
    expect(world.collector.spans).toHaveLength(spans);
  },
);

it("names an unknown sampler and records everything", async () => {
  const { stderr } = await world.run({ OTEL_TRACES_SAMPLER: "sometimes" });
  expect(stderr).toMatch(
    /^\[kit\] OTEL_TRACES_SAMPLER: "sometimes" is not one of .*; parentbased_always_on is used\.\n$/,
  );
  expect(world.collector.spans).toHaveLength(1);
});

it("names a ratio above one and records everything", async () => {
  const { stderr } = await world.run({ OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "10" });
  expect(stderr).toBe('[kit] OTEL_TRACES_SAMPLER_ARG: "10" is above 1; 1 is used.\n');
  expect(world.collector.spans).toHaveLength(1);
});
