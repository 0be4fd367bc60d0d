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

/** A model's call, which is recorded here unless a client below does. */
export class ModelCall implements Translation {
  readonly when: When;
  readonly #run: Run;
  readonly #telemetry: Telemetry;
  readonly #request: RequestFacts;
  readonly #provider: string;
  /** Whether the model asks another one: the outer one tells what came of both. */
  readonly #isOuters: boolean;
  /** What a streamed answer came to so far, if content is wanted. */
  #text = "";
  #client: ClientAnswer | undefined;

  constructor(run: Run, telemetry: Telemetry, asked: AskedModel, mode: InferenceSpans) {
    this.#run = run;
    this.#telemetry = telemetry;
    this.#request = readRequest(asked);
    this.#provider = toProvider(asked.metadata?.ls_provider, asked.className ?? "langchain");
    this.when = whenOf(mode, this.#provider, run);
    this.#isOuters = isInferenceRecorded(run.base) || run.base.getValue(INFERENCE_OFFERED) !== undefined;
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

  /** The client below finds that the call is recorded, and whom to tell of it. */
  within(context: Context): Context {
    this.#client = new ClientAnswer();
    return markInferenceRecorded(context, this.#client.hear);
  }

  chunk(piece: unknown): void {
    // Whether it streams shows only now.
    this.#request.stream = true;
    if (this.#run.recorder?.wantsContent === true) this.#text += readPiece(piece);
  }

  answer({ response }: OperationEnd): ResponseFacts {
    const told = response ?? (this.#request.stream === true ? readCut(this.#text) : {});
    const answer = joinResponses(told, this.#client?.heard);
    const { recorder, taken, agent } = this.#run;
    // Whoever records the call tells the agent.
    if (recorder === undefined && !taken && !this.#isOuters) agent?.add(answer);
    return answer;
  }
}

function whenOf(mode: InferenceSpans, provider: string, { base, call }: Run): When {
  if (mode === "never" || isInferenceRecorded(base)) return "never";
  if (mode === "auto" && call !== undefined) return "if nobody else does";
  return mode === "auto" && isProviderRecorded(toClient(provider)) ? "never" : "at once";
}

/** What a client below made of the call. Stays in contexts that outlive the call, so it knows nothing else. */
class ClientAnswer {
  heard: ResponseFacts | undefined;
  readonly hear = ({ response }: OperationEnd) => {
    const { content: _, ...facts } = response ?? {};
    this.heard = facts;
  };
}
