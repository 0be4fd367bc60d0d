import {
  ATTR,
  isTracingSuppressed,
  Recorder,
  type ResponseFacts,
  type Telemetry,
  withInherited,
} from "@kit/genai";
import { SpanKind } from "@opentelemetry/api";
import { AgentTally } from "./agent-tally.js";
import type { Meaning } from "./graph.js";
import { readMessages } from "./messages.js";
import type { Moment, Run } from "./run.js";

/** Records one run of a graph, an agent or a chain that the application named. */
export function recordChain(
  run: Run,
  telemetry: Telemetry,
  meaning: Meaning,
  input: unknown,
  startedAt?: Moment,
): void {
  if (isTracingSuppressed(run.base)) return;
  const { operation, name, description } = meaning;
  const isAgent = operation === "invoke_agent";
  const agent = isAgent ? new AgentTally(name) : undefined;
  run.agent = agent ?? run.agent;
  const { conversationId } = run;
  const recorder = new Recorder(telemetry, {
    request: {
      operation,
      conversationId,
      ...(description !== undefined && { attributes: { [ATTR.agentDescription]: description } }),
      content: () => ({ inputMessages: readState(input) }),
    },
    provider: undefined,
    kind: SpanKind.INTERNAL,
    subject: name ?? "",
    ...(name !== undefined && { attributes: { [isAgent ? ATTR.agentName : ATTR.workflowName]: name } }),
    errorsAreContent: true,
    parent: run.base,
    ...(startedAt !== undefined && { startedAt }),
  });
  const agentName = isAgent && name !== undefined ? { agentName: name } : {};
  const conversation = conversationId !== undefined ? { conversationId } : {};
  run.record(recorder, withInherited({ ...agentName, ...conversation }, recorder.context));
  if (agent === undefined) return;
  run.onEnd = (end) => recorder.end({ ...end, response: { ...end.response, ...agent.read() } });
}

/** Reads what came out of a graph or a chain: the last message of its state. */
export function readChainResult(output: unknown): ResponseFacts {
  return { content: () => ({ outputMessages: readState(output).slice(-1) }) };
}

/** The messages in a graph's state; other states hold what only the application can read. */
function readState(state: unknown) {
  if (typeof state !== "object" || state === null) return readMessages(state) ?? [];
  const { messages, input, output } = state as { messages?: unknown; input?: unknown; output?: unknown };
  const text = [input, output].find((each) => typeof each === "string");
  return readMessages(messages ?? text ?? ("content" in state ? state : undefined)) ?? [];
}
