import { expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();

it("leaves the application alone for OTEL_SDK_DISABLED=true", async () => {
  const { stdout, stderr } = await world.run({ OTEL_SDK_DISABLED: "true" }, "untouched.mjs");
  expect({ stdout, stderr }).toEqual({ stdout: "untouched\n", stderr: "" });
  expect(world.collector.requests).toEqual([]);
});

it("stays on for a value that is neither true nor false, and says so", async () => {
  const { stderr } = await world.run({ OTEL_SDK_DISABLED: "maybe" });
  expect(stderr).toBe('[kit] OTEL_SDK_DISABLED: "maybe" is neither true nor false; false is used.\n');
  expect(world.collector.spans).toHaveLength(1);
});
