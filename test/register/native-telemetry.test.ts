import { expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();

it("names an unknown value of KIT_ANTHROPIC_NATIVE_TELEMETRY", async () => {
  const { stderr } = await world.run({ KIT_ANTHROPIC_NATIVE_TELEMETRY: "theirs" });
  expect(stderr).toBe(
    '[kit] KIT_ANTHROPIC_NATIVE_TELEMETRY: "theirs" is not one of ours, native, both; ours is used.\n',
  );
  expect(world.collector.spans).toHaveLength(1);
});
