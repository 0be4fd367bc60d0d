import { markInferenceRecorded, type RequestFacts, type ResponseFacts } from "@kit/genai";
import {
  INFERENCE_OFFERED,
  isInferenceRecorded,
  isProviderRecorded,
  type OperationEnd,
  Recorder,
  type Telemetry,
  takeInference,
} from "@kit/genai/framework";
import type { Context } from "@opentelemetry/api";
import type { Entry } from "./entry.js";
import { joinResponses, readCut, readModelEndpoint, readPiece } from "./model.js";
import type { InferenceSpans } from "./options.js";
import { toClient } from "./providers.js";
import { now, type Run, type Work } from "./run.js";

/** A model's call as the library tells of it. */
export interface AskedModel {
  readonly request: RequestFacts;
  readonly provider: string;
  readonly mode: InferenceSpans;
}

/** Follows a model's call, and records it unless a client below does. */
export class ModelCall implements Work {
  readonly #run: Run;
  readonly #telemetry: Telemetry;
  readonly #entry: Entry | undefined;
  readonly #asked: AskedModel;
  readonly #startedAt = now();
  /** Whether the model asks another one: the outer one tells what came of both. */
  readonly #isOuters: boolean;
  readonly #isOffered: boolean;
  /** What a streamed answer came to so far, if content is wanted. */
  #text = "";
  #client: ClientAnswer | undefined;

  constructor(run: Run, telemetry: Telemetry, entry: Entry | undefined, asked: AskedModel) {
    const { base } = run;
    const { provider, mode } = asked;
    this.#run = run;
    this.#telemetry = telemetry;
    this.#entry = entry;
    this.#asked = asked;
    const isRecorded = isInferenceRecorded(base);
    this.#isOuters = isRecorded || base.getValue(INFERENCE_OFFERED) !== undefined;
    const isElsewhere = mode === "never" || isRecorded;
    this.#isOffered = !isElsewhere && mode === "auto" && entry !== undefined;
    if (this.#isOffered) entry?.offer(base, () => this.#begin());
    else if (!isElsewhere && !(mode === "auto" && isProviderRecorded(toClient(provider)))) this.#record();
    if (entry?.streams === true) entry.onChunk = (piece) => this.#chunk(piece);
  }

  chunk(token: string): void {
    if (this.#entry?.streams !== true) this.#chunk(token);
  }

  end(end: OperationEnd): void {
    const { agent, cached } = this.#run;
    const { request } = this.#asked;
    if (cached && this.#run.recorder === undefined) return;
    const told = end.response ?? (request.stream === true ? readCut(this.#text) : {});
    const response = joinResponses(told, this.#client?.heard);
    if (!this.#isOuters) agent?.add(response);
    if (this.#isOffered && this.#entry?.taken === false) this.#record();
    this.#run.recorder?.end({ ...end, response });
  }

  /** The client below finds that the call is recorded, and whom to tell of it. */
  within(context: Context): Context {
    this.#client = new ClientAnswer();
    return markInferenceRecorded(context, this.#client.hear);
  }

  #chunk(piece: unknown): void {
    const { request } = this.#asked;
    // Whether it streams shows only now.
    request.stream = true;
    if (this.#isOffered && this.#entry?.taken === false) this.#entry.bind(this.#begin());
    const { recorder } = this.#run;
    recorder?.chunk();
    if (recorder?.wantsContent === true) this.#text += readPiece(piece);
  }

  #begin(): Context {
    this.#record();
    return this.#run.inside;
  }

  #record(): void {
    const run = this.#run;
    if (run.recorder !== undefined || run.ended) return;
    takeInference(run.base);
    this.#telemetry.costs.warmUp();
    const recorder = new Recorder(this.#telemetry, {
      request: this.#asked.request,
      provider: this.#asked.provider,
      endpoint: readModelEndpoint(this.#entry?.receiver),
      errorCode: statusOf,
      parent: run.base,
      startedAt: this.#startedAt,
    });
    run.record(recorder);
  }
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
  const { status_code: status } = (error ?? {}) as { status_code?: unknown };
  return typeof status === "number" ? String(status) : undefined;
}
