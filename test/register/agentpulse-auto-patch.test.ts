import { expect, it } from "vitest";
import { useAgentPulse } from "../support/register/agentpulse.js";

const world = useAgentPulse();

it("patches nothing for AGENTPULSE_AUTO_PATCH=false, and runs on", async () => {
  const { stdout } = await world.run({ AGENTPULSE_AUTO_PATCH: "false" });
  expect(stdout).toBe("Hello yourself\n");
  expect(world.server.ofKind("cost")).toEqual([]);
  expect(world.server.ofKind("sdk_init")).toHaveLength(1);
});
