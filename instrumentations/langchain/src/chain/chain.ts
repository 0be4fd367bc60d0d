import { ATTR, type ResponseFacts } from "@kit/genai";
import { Recorder, readEndpoint, type Telemetry } from "@kit/genai/framework";
import { type Attributes, SpanKind } from "@opentelemetry/api";
import { readMessages } from "../model/messages.js";
import type { Members } from "../names.js";
import { AgentTally } from "../run/agent-tally.js";
import type { Run } from "../run/run.js";
import type { Translation, When } from "../run/translation.js";
import { type ChainRun, isGraph, type Meaning, readGraph, readMeaning, readUntold, UNTOLD } from "./graph.js";

/** One run of a chain; `undefined` if it means nothing in terms of the conventions. */
export function translateChain(
  run: Run,
  telemetry: Telemetry,
  facts: ChainRun,
  input: unknown,
): Translation | undefined {
  // A handler that the application passes does not see the graph; its first node shows what it is.
  const isUnseen = facts.graph === undefined && isGraph(facts.chain);
  const meaning = isUnseen ? undefined : (readMeaning(facts) ?? readUntold(facts));
  if (meaning === undefined && !isUnseen) return undefined;
  let agent: AgentTally | undefined;
  return {
    when: whenOf(meaning),
    record(at, firstNode) {
      const { operation, description, ...means } = meaning ?? readGraph({ ...facts, firstNode });
      // A plan has the name of its agent.
      const name = operation === "plan" ? run.agent?.name : means.name;
      if (operation === "invoke_agent") run.agent = agent = new AgentTally(name);
      const attributes = description === undefined ? {} : { [ATTR.agentDescription]: description };
      const start = { provider: undefined, kind: SpanKind.INTERNAL, ...at };
      return new Recorder(telemetry, { ...toStart(operation, name, input, attributes), ...start });
    },
    within: (context) => agent?.within(context) ?? context,
    answer: ({ response }) => (agent === undefined ? response : { ...response, ...agent.read() }),
  };
}

interface RemoteGraphLike extends Members {
  client?: { runs?: { apiUrl?: unknown } };
}

function whenOf(meaning: Meaning | undefined): When {
  if (meaning === undefined) return "with its first child";
  if (meaning === UNTOLD) return "with a function's call";
  // A node of that name may not call any model.
  return meaning.operation === "plan" ? "with its first model" : "at once";
}

/** One run of a graph on a LangGraph server, which has no callbacks. To its caller it is an agent at an address. */
export function translateRemote(run: Run, telemetry: Telemetry): Translation {
  const graph = run.call?.receiver as RemoteGraphLike;
  const id = String(graph.graphId);
  const name = typeof graph.name === "string" ? graph.name : id;
  const facts = toStart("invoke_agent", name, run.call?.args[0], { [ATTR.agentId]: id });
  const endpoint = readEndpoint(graph.client?.runs?.apiUrl);
  let last: unknown;
  return {
    when: "at once",
    record: (at) => new Recorder(telemetry, { ...facts, provider: "langgraph", endpoint, ...at }),
    chunk(piece) {
      if (run.recorder?.wantsContent === true) last = piece;
    },
    answer: ({ error }) => (error === undefined ? readChainResult(last) : undefined),
  };
}

/** What the recorder has to know of an agent, a workflow or a plan. */
function toStart(
  operation: Meaning["operation"],
  name: string | undefined,
  input: unknown,
  attributes: Attributes,
) {
  const nameAttribute = operation === "invoke_workflow" ? ATTR.workflowName : ATTR.agentName;
  return {
    request: { operation, attributes, content: () => ({ inputMessages: readState(input) }) },
    subject: name ?? "",
    attributes: name === undefined ? {} : { [nameAttribute]: name },
    errorsAreContent: true,
  };
}

/** Reads the answer of a graph or a chain: the last message of its state. */
export function readChainResult(output: unknown): ResponseFacts {
  return { content: () => ({ outputMessages: readState(output).slice(-1) }) };
}

/** The messages in a graph's state. States without any have a format that only the application knows. */
function readState(state: unknown) {
  if (typeof state !== "object" || state === null) return readMessages(state) ?? [];
  const { messages, input, output } = state as { messages?: unknown; input?: unknown; output?: unknown };
  const text = [input, output].find((each) => typeof each === "string");
  return readMessages(messages ?? text ?? ("content" in state ? state : undefined)) ?? [];
}
