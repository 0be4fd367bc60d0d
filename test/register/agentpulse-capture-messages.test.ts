import { expect, it } from "vitest";
import { useAgentPulse } from "../support/register/agentpulse.js";

const world = useAgentPulse();
const sent = () => world.server.requests.map(({ body }) => body).join();

it("sends no byte of prompt or answer without it", async () => {
  await world.run();
  expect(world.server.ofKind("cost")).toHaveLength(1);
  expect(sent()).not.toContain("Hello");
});

it("sends both with it", async () => {
  await world.run({ AGENTPULSE_CAPTURE_MESSAGES: "true" });
  expect(sent()).toContain("Hello?");
  expect(sent()).toContain("Hello yourself");
});

it("keeps what is on spans for others away from AgentPulse", async () => {
  await world.run({
    OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true",
    OTEL_EXPORTER_OTLP_ENDPOINT: world.collector.endpoint,
  });
  expect(world.collector.spans[0]?.attributes["gen_ai.output.messages"]).toContain("Hello yourself");
  expect(sent()).not.toContain("Hello");
});
