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
import {
  type AskedModel,
  joinResponses,
  readCut,
  readModelEndpoint,
  readPiece,
  readRequest,
} from "./model.js";
import type { InferenceSpans } from "./options.js";
import { toClient, toProvider } from "./providers.js";
import type { Run } from "./run.js";
import type { Beginning, Translation, When } from "./translation.js";

/** A model call, recorded here unless an instrumented client inside records it. */
export class ModelCall implements Translation {
  readonly when: When;
  readonly #run: Run;
  readonly #telemetry: Telemetry;
  readonly #request: RequestFacts;
  readonly #provider: string;
  /** Whether another model made this call: then only the outer one reports to the agent. */
  readonly #isInner: boolean;
  /** The streamed text so far, if content is captured. */
  #text = "";
  #client: ClientAnswer | undefined;

  constructor(run: Run, telemetry: Telemetry, asked: AskedModel, mode: InferenceSpans) {
    this.#run = run;
    this.#telemetry = telemetry;
    this.#request = readRequest(asked);
    if (run.streams) this.#request.stream = true;
    this.#provider = toProvider(asked.metadata?.ls_provider, asked.className ?? "langchain");
    this.when = whenOf(mode, this.#provider, run);
    this.#isInner = isInferenceRecorded(run.base) || run.base.getValue(INFERENCE_OFFERED) !== undefined;
  }

  record(at: Beginning): Recorder {
    takeInference(at.parent);
    this.#telemetry.costs.warmUp();
    return new Recorder(this.#telemetry, {
      request: this.#request,
      provider: this.#provider,
      endpoint: readModelEndpoint(this.#run.call?.receiver),
      ...at,
    });
  }

  /** An instrumented client inside makes no span, and hands over what it learned. */
  within(context: Context): Context {
    this.#client = new ClientAnswer();
    return markInferenceRecorded(context, this.#client.hear);
  }

  chunk(piece: unknown): void {
    // Callbacks of other models do not say in advance whether a call streams.
    this.#request.stream = true;
    if (this.#run.recorder?.wantsContent === true) this.#text += readPiece(piece);
  }

  answer({ response }: OperationEnd): ResponseFacts {
    const told = response ?? (this.#request.stream === true ? readCut(this.#text) : {});
    const answer = joinResponses(told, this.#client?.facts);
    const { recorder, taken, agent } = this.#run;
    // Whoever records the call reports it to the agent; so nobody has if nobody did.
    if (recorder === undefined && !taken && !this.#isInner) agent?.add(answer);
    return answer;
  }
}

function whenOf(mode: InferenceSpans, provider: string, { base, call }: Run): When {
  if (mode === "never" || isInferenceRecorded(base)) return "never";
  if (mode === "auto" && call !== undefined) return "if nobody else does";
  return mode === "auto" && isProviderRecorded(toClient(provider)) ? "never" : "at once";
}

/** What an instrumented client learned of the call. Contexts that outlive the call hold this, so it holds nothing else. */
class ClientAnswer {
  facts: ResponseFacts | undefined;
  readonly hear = ({ response }: OperationEnd) => {
    const { content: _, ...facts } = response ?? {};
    this.facts = facts;
  };
}
