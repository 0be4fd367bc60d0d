import { ATTR } from "@kit/genai";
import { Recorder, readEndpoint, type Telemetry } from "@kit/genai/framework";
import { readChainResult, toStart } from "./chain.js";
import type { Run } from "./run.js";
import type { Translation } from "./translation.js";

/** The members of a `RemoteGraph` that are read. */
interface RemoteGraphLike {
  name?: unknown;
  graphId?: unknown;
  client?: { runs?: { apiUrl?: unknown } };
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
