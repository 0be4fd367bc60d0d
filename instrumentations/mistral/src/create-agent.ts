import { ATTR, type Call, readParts, textOf } from "@kit/genai";

interface AgentParams {
  model?: string;
  name?: string;
  description?: string | null;
  instructions?: string | null;
}

interface Agent {
  id?: string;
}

/** `beta.agents.create()`. */
export const createAgent: Call<[AgentParams], Agent> = {
  request: ({ model, name, description, instructions }) => ({
    operation: "create_agent",
    model,
    agentName: textOf(name),
    attributes: { [ATTR.agentDescription]: textOf(description) },
    content: () => {
      const parts = readParts(instructions, () => []);
      return parts.length > 0 ? { systemInstructions: parts } : {};
    },
  }),
  response: ({ id }) => ({ attributes: { [ATTR.agentId]: textOf(id) } }),
};
