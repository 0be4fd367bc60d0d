import { ATTR, type ResponseFacts } from "@kit/genai";
import { Recorder, type Telemetry } from "@kit/genai/framework";
import { SpanKind } from "@opentelemetry/api";
import { AgentTally } from "./agent-tally.js";
import { type ChainRun, isGraph, type Meaning, readMeaning } from "./graph.js";
import { readMessages } from "./messages.js";
import { now, type Run } from "./run.js";

/** Where the name of a run stands. */
const NAMES = {
  invoke_agent: ATTR.agentName,
  invoke_workflow: ATTR.workflowName,
  plan: ATTR.agentName,
} as const satisfies Record<Meaning["operation"], string>;

/** Records one run of a chain if it means anything, as soon as it shows what. */
export function followChain(run: Run, telemetry: Telemetry, facts: ChainRun, input: unknown): void {
  if (facts.graph === undefined && isGraph(facts.chain)) {
    // Put in by hand, the handler does not see the graph, and what it is shows only when its first node begins.
    const startedAt = now();
    run.onFirst = (firstNode) =>
      recordChain(run, telemetry, readMeaning({ ...facts, firstNode }), input, startedAt);
    return;
  }
  const meaning = readMeaning(facts);
  if (meaning?.operation === "plan") {
    // Nodes have such names that ask no model, too.
    const startedAt = now();
    run.onModel = () => recordChain(run, telemetry, meaning, input, startedAt);
  } else recordChain(run, telemetry, meaning, input);
}

function recordChain(
  run: Run,
  telemetry: Telemetry,
  meaning: Meaning | undefined,
  input: unknown,
  startedAt?: ReturnType<typeof now>,
): void {
  if (meaning === undefined) return;
  const { operation, description } = meaning;
  const isAgent = operation === "invoke_agent";
  // An agent's plan is called after the agent.
  const name = operation === "plan" ? run.agent?.name : meaning.name;
  const agent = isAgent ? new AgentTally(name) : undefined;
  run.agent = agent ?? run.agent;
  const recorder = new Recorder(telemetry, {
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
    parent: run.base,
    ...(startedAt !== undefined && { startedAt }),
  });
  run.record(recorder);
  if (agent === undefined) return;
  run.work = {
    within: (context) => agent.within(context),
    end: (end) => recorder.end({ ...end, response: { ...end.response, ...agent.read() } }),
  };
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
