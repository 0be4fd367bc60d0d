import { expect, it } from "vitest";
import { json } from "../support/provider-server.js";
import { useWorld } from "../support/register/fixture.js";

const world = useWorld();

it.each(["bedrock.cjs", "bedrock.mjs"])("records the client of Amazon Bedrock in %s", async (file) => {
  const message = { role: "assistant", content: [{ text: "Hello yourself" }] };
  const url = world.provider.serve("/bedrock", json({ output: { message }, stopReason: "end_turn" }));
  const { stdout } = await world.run({ BEDROCK_URL: url }, file);
  expect(stdout).toBe("Hello yourself\n");
  expect(world.collector.spans.map(({ name, scope }) => [name, scope.name])).toEqual([
    ["chat amazon.nova-lite-v1:0", "@kit/instrumentation-bedrock"],
  ]);
});

it.each(["bedrock-agents.cjs", "bedrock-agents.mjs"])("records the client for agents in %s", async (file) => {
  const found = json({ retrievalResults: [{ content: { text: "Hello yourself" } }] });
  const { stdout } = await world.run({ BEDROCK_URL: world.provider.serve("/agents", found) }, file);
  expect(stdout).toBe("Hello yourself\n");
  expect(world.collector.spans.map(({ name, scope }) => [name, scope.name])).toEqual([
    ["retrieval KB12345678", "@kit/instrumentation-bedrock"],
  ]);
});
