import { expect, it } from "vitest";
import { useAgentPulse } from "../support/register/agentpulse.js";

const world = useAgentPulse({ prefix: "/behind/a/proxy" });

it("takes a base URL with a path, and with slashes at its end", async () => {
  await world.run({ AGENTPULSE_ENDPOINT: `${world.server.url}/` });
  expect(world.server.ofKind("cost")).toHaveLength(1);
});

it("sends nothing to a plain http address of another machine, and says so", async () => {
  const { code, stderr } = await world.run({ AGENTPULSE_ENDPOINT: "http://192.0.2.1" });
  expect(code).toBe(0);
  expect(stderr).toMatch(
    /^\[agentpulse\] endpoint \(AGENTPULSE_ENDPOINT\): http:\/\/192\.0\.2\.1 is plain http [^\n]*\n$/,
  );
});

it("names what is no address, and the application runs", async () => {
  const { code, stdout, stderr } = await world.run({ AGENTPULSE_ENDPOINT: "agentpulse" });
  expect({ code, stdout }).toEqual({ code: 0, stdout: "Hello yourself\n" });
  expect(stderr).toMatch(/^\[kit\] AGENTPULSE_ENDPOINT: [^\n]*; no spans are sent to AgentPulse\.\n$/);
});
