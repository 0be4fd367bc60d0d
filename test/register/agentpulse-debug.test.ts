import { expect, it } from "vitest";
import { useAgentPulse } from "../support/register/agentpulse.js";

const world = useAgentPulse();

it("tells what is patched and sent, in lines of its own and without key or content", async () => {
  const { stderr } = await world.run({ AGENTPULSE_DEBUG: "1" });
  const lines = stderr.trim().split("\n");
  for (const line of lines) expect(line).toMatch(/^\[agentpulse\] /);
  expect(stderr).toMatch(/instrumented \d+ methods of openai/);
  expect(stderr).not.toContain(world.server.key);
  expect(stderr).not.toContain("Hello");
});

it("is silent without it", async () => {
  expect((await world.run()).stderr).toBe("");
});
