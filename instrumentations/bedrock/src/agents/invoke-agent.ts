import { ATTR, type Call, type RequestFacts, type ResponseFacts, textOf } from "@kit/genai";
import { readActions, readInput } from "./agent-content.js";
import { type AgentAnswer, AgentFold } from "./agent-fold.js";
import type { AgentEvent, AgentInput, InlineAgentInput } from "./wire.js";

/** `InvokeAgentCommand`, whose answer has the stream as a member. */
export const invokeAgent: Call<[AgentInput], AgentAnswer, AgentEvent> = {
  request: ({ agentId, sessionId, inputText, sessionState }) => ({
    // The conventions know no streams of agents.
    operation: "invoke_agent",
    conversationId: sessionId,
    attributes: { [ATTR.agentId]: textOf(agentId) },
    content: () => ({ inputMessages: readInput(inputText, sessionState) }),
  }),
  response: readAnswer,
  streamIn: streamOf,
  fold: (content, results) => new AgentFold(content, results),
};

/** `InvokeInlineAgentCommand`, which brings the whole agent along. */
export const invokeInlineAgent: Call<[InlineAgentInput], AgentAnswer, AgentEvent> = {
  request: (input): RequestFacts => ({
    operation: "invoke_agent",
    agentName: textOf(input.agentName),
    model: hasOneModel(input) ? input.foundationModel : undefined,
    conversationId: input.sessionId,
    content: () => ({
      systemInstructions: input.instruction ? [{ type: "text", content: input.instruction }] : [],
      inputMessages: readInput(input.inputText, input.inlineSessionState),
      toolDefinitions: (input.actionGroups ?? []).flatMap(readActions),
    }),
  }),
  response: readAnswer,
  streamIn: streamOf,
  fold: (content, results) => new AgentFold(content, results),
};

function hasOneModel(input: InlineAgentInput): boolean {
  const { collaborators = [], collaboratorConfigurations = [], promptOverrideConfiguration } = input;
  const prompts = promptOverrideConfiguration?.promptConfigurations ?? [];
  const others = [...collaborators, ...collaboratorConfigurations];
  return others.length === 0 && prompts.every(({ foundationModel }) => foundationModel === undefined);
}

function streamOf(answer: unknown): unknown {
  return (answer as { completion?: unknown } | null)?.completion;
}

function readAnswer({ version, usage, parts = [] }: AgentAnswer): ResponseFacts {
  return {
    usage,
    attributes: { [ATTR.agentVersion]: textOf(version) },
    content: () => ({ outputMessages: parts.length > 0 ? [{ role: "assistant", parts }] : [] }),
  };
}
