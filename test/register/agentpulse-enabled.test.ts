import { expect, it } from "vitest";
import { useAgentPulse } from "../support/register/agentpulse.js";

const world = useAgentPulse();

it.each(["false", "0", "NO", " off "])("leaves the application alone for %j", async (value) => {
  const { stdout, stderr } = await world.run({ AGENTPULSE_ENABLED: value }, "untouched.mjs");
  expect({ stdout, stderr }).toEqual({ stdout: "untouched\n", stderr: "" });
  expect(world.server.requests).toEqual([]);
});

it.each(["", "true", "1"])("stays on for %j", async (value) => {
  await world.run({ AGENTPULSE_ENABLED: value });
  expect(world.server.ofKind("cost")).toHaveLength(1);
});

it("stays on for what is neither, and says so", async () => {
  const { stderr } = await world.run({ AGENTPULSE_ENABLED: "maybe" });
  expect(stderr).toBe('[kit] AGENTPULSE_ENABLED: "maybe" is neither true nor false; true is used.\n');
  expect(world.server.ofKind("cost")).toHaveLength(1);
});
