import { ATTR } from "@kit/genai";
import { isTracingSuppressed, Recorder, readEndpoint, type Telemetry } from "@kit/genai/framework";
import { readChainResult, readState } from "./chain.js";
import type { Entry } from "./entry.js";
import { toEnd } from "./outcome.js";

/** A graph on a LangGraph server, as far as it is looked at. */
interface RemoteGraphLike {
  name?: unknown;
  graphId?: unknown;
  client?: { runs?: { apiUrl?: unknown } };
}

/** Records one run of a remote graph, of which no callback tells: to its caller it is an agent behind an address. */
export function recordRemote(telemetry: Telemetry, entry: Entry): void {
  if (isTracingSuppressed(entry.base)) return;
  const graph = entry.receiver as RemoteGraphLike;
  const id = String(graph.graphId);
  const name = typeof graph.name === "string" ? graph.name : id;
  const [input] = entry.args;
  const recorder = new Recorder(telemetry, {
    request: {
      operation: "invoke_agent",
      conversationId: entry.conversationId,
      attributes: { [ATTR.agentId]: id },
      content: () => ({ inputMessages: readState(input) }),
    },
    provider: "langgraph",
    endpoint: readEndpoint(graph.client?.runs?.apiUrl),
    subject: name,
    attributes: { [ATTR.agentName]: name },
    errorsAreContent: true,
    parent: entry.base,
  });
  entry.bind(recorder.context);
  let last: unknown;
  entry.onChunk = (piece) => {
    if (recorder.wantsContent) last = piece;
  };
  entry.onSettled = (end) =>
    recorder.end(
      end.error === undefined ? { ...end, response: readChainResult(last) } : toEnd(end.error, entry.base),
    );
}
