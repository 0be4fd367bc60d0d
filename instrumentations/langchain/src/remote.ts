import { ATTR } from "@kit/genai";
import { Recorder, readEndpoint, type Telemetry } from "@kit/genai/framework";
import { readChainResult, readState } from "./chain.js";
import type { Run } from "./run.js";
import type { Translation } from "./translation.js";

/** A graph on a LangGraph server, as far as it is looked at. */
interface RemoteGraphLike {
  name?: unknown;
  graphId?: unknown;
  client?: { runs?: { apiUrl?: unknown } };
}

/** One run of a remote graph, of which no callback tells: to its caller it is an agent behind an address. */
export function translateRemote(run: Run, telemetry: Telemetry): Translation {
  const graph = run.call?.receiver as RemoteGraphLike;
  const id = String(graph.graphId);
  const name = typeof graph.name === "string" ? graph.name : id;
  const input = run.call?.args[0];
  let last: unknown;
  return {
    when: "at once",
    record: (at) =>
      new Recorder(telemetry, {
        request: {
          operation: "invoke_agent",
          attributes: { [ATTR.agentId]: id },
          content: () => ({ inputMessages: readState(input) }),
        },
        provider: "langgraph",
        endpoint: readEndpoint(graph.client?.runs?.apiUrl),
        subject: name,
        attributes: { [ATTR.agentName]: name },
        errorsAreContent: true,
        ...at,
      }),
    chunk(piece) {
      if (run.recorder?.wantsContent === true) last = piece;
    },
    answer: ({ error }) => (error === undefined ? readChainResult(last) : undefined),
  };
}
