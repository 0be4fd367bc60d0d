import { ATTR, type ResponseFacts } from "@kit/genai";
import { Recorder, type Telemetry } from "@kit/genai/framework";
import { SpanKind } from "@opentelemetry/api";
import { AgentTally } from "./agent-tally.js";
import { type ChainRun, isGraph, type Meaning, readGraph, readMeaning } from "./graph.js";
import { readMessages } from "./messages.js";
import type { Run } from "./run.js";
import type { Beginning, Translation, When } from "./translation.js";

/** Where the name of a run stands. */
const NAMES = {
  invoke_agent: ATTR.agentName,
  invoke_workflow: ATTR.workflowName,
  plan: ATTR.agentName,
} as const satisfies Record<Meaning["operation"], string>;

/** One run of a chain, if it means anything. */
export function translateChain(
  run: Run,
  telemetry: Telemetry,
  facts: ChainRun,
  input: unknown,
): Translation | undefined {
  // Put in by hand, the handler does not see the graph, and what it is shows only when its first node begins.
  const isUnseen = facts.graph === undefined && isGraph(facts.chain);
  const meaning = isUnseen ? undefined : readMeaning(facts);
  if (meaning === undefined && !isUnseen) return undefined;
  let agent: AgentTally | undefined;
  return {
    when: whenOf(meaning),
    record(at, firstNode) {
      const means = meaning ?? readGraph({ ...facts, firstNode });
      // An agent's plan is called after the agent.
      const name = means.operation === "plan" ? run.agent?.name : means.name;
      if (means.operation === "invoke_agent") run.agent = agent = new AgentTally(name);
      return recordChain(telemetry, { ...means, name }, input, at);
    },
    within: (context) => agent?.within(context) ?? context,
    answer: ({ response }) => (agent === undefined ? response : { ...response, ...agent.read() }),
  };
}

function whenOf(meaning: Meaning | undefined): When {
  if (meaning === undefined) return "with its first child";
  // Nodes have the names of plans that ask no model, too.
  return meaning.operation === "plan" ? "with its first model" : "at once";
}

function recordChain(telemetry: Telemetry, meaning: Meaning, input: unknown, at: Beginning): Recorder {
  const { operation, name, description } = meaning;
  return new Recorder(telemetry, {
    request: {
      operation,
      ...(description !== undefined && { attributes: { [ATTR.agentDescription]: description } }),
      content: () => ({ inputMessages: readState(input) }),
    },
    provider: undefined,
    kind: SpanKind.INTERNAL,
    subject: name ?? "",
    ...(name !== undefined && { attributes: { [NAMES[operation]]: name } }),
    errorsAreContent: true,
    ...at,
  });
}

/** Reads what came out of a graph or a chain: the last message of its state. */
export function readChainResult(output: unknown): ResponseFacts {
  return { content: () => ({ outputMessages: readState(output).slice(-1) }) };
}

/** The messages in a graph's state; other states hold what only the application can read. */
export function readState(state: unknown) {
  if (typeof state !== "object" || state === null) return readMessages(state) ?? [];
  const { messages, input, output } = state as { messages?: unknown; input?: unknown; output?: unknown };
  const text = [input, output].find((each) => typeof each === "string");
  return readMessages(messages ?? text ?? ("content" in state ? state : undefined)) ?? [];
}
