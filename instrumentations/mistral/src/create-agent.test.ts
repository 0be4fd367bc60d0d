import { expect, it } from "vitest";
import { createAgent } from "./create-agent.js";

it("reads an agent's name and model, and its instructions as content", () => {
  const facts = createAgent.request({
    model: "m",
    name: "guide",
    description: "d",
    instructions: "Be kind.",
  });
  expect(facts).toMatchObject({
    operation: "create_agent",
    model: "m",
    agentName: "guide",
    attributes: { "gen_ai.agent.description": "d" },
  });
  expect(facts.content?.()).toEqual({ systemInstructions: [{ type: "text", content: "Be kind." }] });
});

it("tells no instructions where there are none, and no name that is none", () => {
  const facts = createAgent.request({ instructions: null, name: 1 as never });
  expect(facts.agentName).toBeUndefined();
  expect(facts.content?.()).toEqual({});
});

it("reads the id that the agent got", () => {
  expect(createAgent.response?.({ id: "ag_1" }, { operation: "create_agent" })).toEqual({
    attributes: { "gen_ai.agent.id": "ag_1" },
  });
});
