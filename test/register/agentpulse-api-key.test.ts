import { expect, it } from "vitest";
import { useAgentPulse } from "../support/register/agentpulse.js";

const world = useAgentPulse();

it("shows model, tokens, cost and latency of an unchanged application for a key alone", async () => {
  const { code, stdout, stderr } = await world.run();
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "Hello yourself\n", stderr: "" });
  const [call, ...others] = world.server.ofKind("cost");
  expect(others).toEqual([]);
  expect(call?.data).toMatchObject({
    model: "gpt-4.1-mini",
    response_model: "gpt-4.1-mini-2025-04-14",
    input_tokens: 10,
    output_tokens: 2,
    tokens: 12,
    cost_usd: 0.000006,
    latency_ms: expect.any(Number),
    duration: expect.any(Number),
    status: "success",
  });
});

it("does the same for a CommonJS application, and for one that exits at once", async () => {
  expect(await world.run({}, "chat.cjs")).toMatchObject({ code: 0, stderr: "" });
  expect(world.server.ofKind("cost")).toHaveLength(1);
  expect(await world.run({}, "exits.mjs")).toMatchObject({ code: 5, stderr: "" });
  expect(world.server.ofKind("cost")).toHaveLength(2);
});

it("sends nothing without one, says so once, and goes on", async () => {
  const { code, stdout, stderr } = await world.run({ AGENTPULSE_API_KEY: "" });
  expect({ code, stdout }).toEqual({ code: 0, stdout: "Hello yourself\n" });
  expect(stderr).toBe(
    "[kit] AGENTPULSE_ENDPOINT is set, but AgentPulse needs AGENTPULSE_API_KEY or the option apiKey; " +
      "no spans are sent there.\n",
  );
  expect(world.server.requests).toEqual([]);
});

it("sends a key that cannot be one, with a warning that does not repeat it", async () => {
  const { stderr } = await world.run({ AGENTPULSE_API_KEY: "odd-secret-key" });
  expect(stderr).toMatch(/^\[agentpulse\] [^\n]*ap_[^\n]*\n/);
  expect(stderr).not.toContain("odd-secret-key");
  expect(world.server.requests.length).toBeGreaterThan(0);
});
