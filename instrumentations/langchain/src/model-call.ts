import {
  INFERENCE_OFFERED,
  isInferenceRecorded,
  isProviderRecorded,
  isTracingSuppressed,
  markInferenceRecorded,
  type OperationEnd,
  Recorder,
  type RequestFacts,
  type ResponseFacts,
  type Telemetry,
  takeInference,
} from "@kit/genai";
import type { Entry } from "./entry.js";
import { joinResponses, readCut, readModelEndpoint, readPiece } from "./model.js";
import type { InferenceSpans } from "./options.js";
import { toClient } from "./providers.js";
import { now, type Run } from "./run.js";

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

/** The HTTP status, where Ollama's errors have it. */
function statusOf(error: unknown): string | undefined {
  const { status_code: status } = error as { status_code?: unknown };
  return typeof status === "number" ? String(status) : undefined;
}

/** Follows a model's call, and records it unless a client below does. */
export function followModel(
  run: Run,
  telemetry: Telemetry,
  entry: Entry | undefined,
  { request, provider, mode }: ModelCall,
): void {
  const startedAt = now();
  const { base, agent } = run;
  const client = new ClientAnswer();
  const begin = () => {
    if (run.recorder !== undefined || run.ended) return run.inside;
    takeInference(base);
    telemetry.costs.warmUp();
    const endpoint = readModelEndpoint(entry?.receiver);
    const recorder = new Recorder(telemetry, {
      request,
      provider,
      endpoint,
      errorCode: statusOf,
      parent: base,
      startedAt,
    });
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
