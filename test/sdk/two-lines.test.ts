import { expect, it } from "vitest";
import { useAgentPulse } from "../support/register/agentpulse.js";

const world = useAgentPulse();

it.each(["two-lines.mjs", "static-import.mjs", "loaded.cjs"])(
  "shows model, tokens, cost and latency for two lines of code: %s",
  async (file) => {
    const { code, stdout, stderr } = await world.run({}, `../../sdk/apps/${file}`, { flags: [] });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "Hello yourself\n", stderr: "" });
    const [call, ...others] = world.server.ofKind("cost");
    expect(others).toEqual([]);
    expect(call?.data).toMatchObject({
      model: expect.stringContaining("gpt-4"),
      tokens: 12,
      status: "success",
    });
    expect(call?.data.cost_usd).toBeGreaterThan(0);
    expect(call?.data.latency_ms).toBeGreaterThan(0);
  },
);
