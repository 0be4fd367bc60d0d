import {
  ATTR,
  INFERENCE_OFFERED,
  isInferenceRecorded,
  isProviderRecorded,
  isTracingSuppressed,
  markInferenceRecorded,
  type OperationEnd,
  Recorder,
  type RequestFacts,
  type ResponseFacts,
  startTool,
  type Telemetry,
  type ToolRun,
  takeInference,
  withInherited,
} from "@kit/genai";
import { SpanKind } from "@opentelemetry/api";
import { AgentTally } from "./agent-tally.js";
import type { Entry } from "./entry.js";
import type { Meaning } from "./graph.js";
import { readMessages } from "./messages.js";
import { joinResponses, readCut, readModelEndpoint, readPiece } from "./model.js";
import type { InferenceSpans } from "./options.js";
import { toClient } from "./providers.js";
import type { Run } from "./run.js";

/** A model's call as the library tells of it. */
export interface ModelCall {
  readonly request: RequestFacts;
  readonly provider: string;
  readonly mode: InferenceSpans;
}

/** What a client below made of the call. Stays in contexts that outlive the call, so it knows nothing else. */
class ClientAnswer {
  heard: ResponseFacts | undefined;
  readonly hear = ({ response }: OperationEnd) => {
    const { content: _, ...facts } = response ?? {};
    this.heard = facts;
  };
}

/** Follows a model's call, and records it unless a client below does. */
export function followModel(
  run: Run,
  telemetry: Telemetry,
  entry: Entry | undefined,
  { request, provider, mode }: ModelCall,
): void {
  const startedAt = { time: Date.now(), mark: performance.now() };
  const { base, agent } = run;
  request.conversationId = run.conversationId;
  const client = new ClientAnswer();
  const begin = () => {
    if (run.recorder !== undefined || run.ended) return run.inside;
    takeInference(base);
    telemetry.costs.warmUp();
    const endpoint = readModelEndpoint(entry?.receiver);
    const recorder = new Recorder(telemetry, { request, provider, endpoint, parent: base, startedAt });
    run.record(recorder, markInferenceRecorded(recorder.context, client.hear));
    return run.inside;
  };
  const isRecorded = isInferenceRecorded(base);
  // A model that asks another one: the outer one tells what came of both.
  const isInner = isRecorded || base.getValue(INFERENCE_OFFERED) !== undefined;
  const elsewhere = mode === "never" || isRecorded || isTracingSuppressed(base);
  const offered = !elsewhere && mode === "auto" && entry !== undefined;
  if (offered) entry.offer(base, begin);
  else if (!elsewhere && !(mode === "auto" && isProviderRecorded(toClient(provider)))) begin();
  const pieces: string[] = [];
  const chunk = (piece: unknown) => {
    if (offered && !entry.taken) entry.bind(begin());
    // Whether it streams shows only now.
    request.stream = true;
    run.recorder?.chunk();
    if (run.recorder?.wantsContent === true) pieces.push(readPiece(piece));
  };
  if (entry?.streams === true) entry.onChunk = chunk;
  else run.onToken = chunk;
  run.onEnd = (end: OperationEnd) => {
    entry?.withdraw();
    if (run.cached && run.recorder === undefined) return;
    const told = end.response ?? (request.stream === true ? readCut(pieces) : {});
    const response = joinResponses(told, client.heard);
    if (!isInner) agent?.add(response);
    if (offered && !entry.taken) begin();
    run.recorder?.end({ ...end, response });
  };
}

/** Records one run of a tool. */
export function recordTool(run: Run, telemetry: Telemetry, tool: ToolRun, input: () => unknown): void {
  if (isTracingSuppressed(run.base)) return;
  run.agent?.addTool();
  const known = { ...tool, agentName: run.agent?.name, conversationId: run.conversationId };
  run.record(startTool(telemetry, known, run.base, () => ({ toolArguments: input() })));
}

/** Records one search of a retriever. What it is searched in has no name that the library knows. */
export function recordRetrieval(run: Run, telemetry: Telemetry, request: RequestFacts): void {
  if (isTracingSuppressed(run.base)) return;
  run.record(new Recorder(telemetry, { request, provider: undefined, parent: run.base }));
}

/** Records one run of a graph, an agent or a chain that the application named. */
export function recordChain(run: Run, telemetry: Telemetry, meaning: Meaning, input: unknown): void {
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
