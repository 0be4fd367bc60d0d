import { expect, it } from "vitest";
import { useWorld } from "../support/register/fixture.js";
import { describeOnNodes } from "../support/register/nodes.js";

const world = useWorld();

describeOnNodes((node) => {
  it.each([
    ["a collector", {}],
    ["AgentPulse", { AGENTPULSE_API_KEY: "ap_test" }],
  ])("starts for %s without all that Node knows of the web", async (_, env) => {
    const AGENTPULSE_ENDPOINT = `http://127.0.0.1:${world.provider.port}`;
    const run = await world.run({ AGENTPULSE_ENDPOINT, ...env }, "built-ins.mjs", { node, preloads: [] });
    expect(run).toMatchObject({ code: 0, stdout: "\n" });
  });
});
