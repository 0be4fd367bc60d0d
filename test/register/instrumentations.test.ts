import { expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();

it("leaves out what OTEL_NODE_DISABLED_INSTRUMENTATIONS names", async () => {
  await world.run({ OTEL_NODE_DISABLED_INSTRUMENTATIONS: "openai" }, "nested.mjs");
  expect(world.collector.spans.map(({ name }) => name)).toEqual(["work"]);
});

it("takes only what OTEL_NODE_ENABLED_INSTRUMENTATIONS names", async () => {
  await world.run({ OTEL_NODE_ENABLED_INSTRUMENTATIONS: "anthropic" }, "nested.mjs");
  expect(world.collector.spans.map(({ name }) => name)).toEqual(["work"]);
  world.collector.reset();
  await world.run({ OTEL_NODE_ENABLED_INSTRUMENTATIONS: "openai" });
  expect(world.collector.spans.map(({ name }) => name)).toEqual(["chat gpt-4.1-mini"]);
});

it("names an instrumentation that does not exist", async () => {
  const { stderr } = await world.run({ OTEL_NODE_DISABLED_INSTRUMENTATIONS: "opnai" });
  expect(stderr).toMatch(
    /^\[kit\] OTEL_NODE_DISABLED_INSTRUMENTATIONS: "opnai" is not one of openai.*; it is ignored\.\n$/,
  );
  expect(world.collector.spans).toHaveLength(1);
});
