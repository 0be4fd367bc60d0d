import { hostname } from "node:os";
import { expect, it } from "vitest";
import { useAgentPulse } from "../support/register/agentpulse.js";

const world = useAgentPulse();

it("names the agent and, where nothing else does, the service", async () => {
  await world.run({
    AGENTPULSE_AGENT: "marcus",
    OTEL_EXPORTER_OTLP_ENDPOINT: world.collector.endpoint,
  });
  expect(world.server.ofKind("cost")[0]?.data.agent).toBe("marcus");
  expect(world.collector.spans[0]?.resource["service.name"]).toBe("marcus");
});

it("leaves the name of the service to OTEL_SERVICE_NAME", async () => {
  await world.run({
    AGENTPULSE_AGENT: "marcus",
    OTEL_SERVICE_NAME: "shop",
    OTEL_EXPORTER_OTLP_ENDPOINT: world.collector.endpoint,
  });
  expect(world.server.ofKind("cost")[0]?.data.agent).toBe("marcus");
  expect(world.collector.spans[0]?.resource["service.name"]).toBe("shop");
});

it("is the host without it", async () => {
  await world.run();
  expect(world.server.ofKind("cost")[0]?.data.agent).toBe(hostname());
});
