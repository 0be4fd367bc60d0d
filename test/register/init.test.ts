import { expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();

it("ends with shutdown and starts again with init", async () => {
  const { code, stderr } = await world.run({}, "restart.mjs");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(world.collector.spans.map(({ name }) => name)).toEqual(["chat before", "chat after"]);
});
