import { markInferenceRecorded, type ResponseFacts } from "@kit/genai";
import {
  INFERENCE_OFFERED,
  isInferenceRecorded,
  isProviderRecorded,
  type OperationEnd,
  Recorder,
  type Telemetry,
  takeInference,
} from "@kit/genai/framework";
import type { InferenceSpans } from "../options.js";
import type { Run } from "../run/run.js";
import type { Translation, When } from "../run/translation.js";
import {
  type AskedModel,
  joinResponses,
  readCut,
  readModelEndpoint,
  readPiece,
  readRequest,
} from "./model.js";
import { toClient, toProvider } from "./providers.js";
import { readCached } from "./usage.js";

/** A model call, recorded here unless an instrumented client inside records it. */
export function translateModel(
  run: Run,
  telemetry: Telemetry,
  asked: AskedModel,
  mode: InferenceSpans,
): Translation {
  const request = readRequest(asked);
  // Callbacks of other models do not say in advance whether a call streams.
  if (run.streams) request.stream = true;
  const provider = toProvider(asked.metadata?.ls_provider, asked.className ?? "langchain");
  // If another model made this call, only the outer one reports to the agent.
  const isInner = isInferenceRecorded(run.base) || run.base.getValue(INFERENCE_OFFERED) !== undefined;
  let text = "";
  let client: ClientAnswer | undefined;
  return {
    when: whenOf(mode, toClient(provider, asked.metadata?.ls_provider), run),
    record(at) {
      takeInference(at.parent);
      telemetry.costs.warmUp();
      const endpoint = readModelEndpoint(run.call?.receiver);
      // A recorder that is not told of a stream at first notes no start that its first chunk could be measured from.
      const startedAt = at.startedAt ?? { mark: performance.now() };
      return new Recorder(telemetry, { request, provider, endpoint, ...at, startedAt });
    },
    // An instrumented client inside makes no span, and hands over what it learned.
    within(context) {
      client = new ClientAnswer();
      return markInferenceRecorded(context, client.hear);
    },
    chunk(piece) {
      request.stream = true;
      run.cached = Math.max(run.cached ?? 0, readCached(piece));
      if (run.recorder?.wantsContent === true) text += readPiece(piece);
    },
    answer({ response }) {
      const told = response ?? (request.stream === true ? readCut(text) : {});
      const answer = joinResponses(told, client?.facts);
      // Whoever records the call reports it to the agent; so nobody has if nobody did.
      if (run.recorder === undefined && !run.taken && !isInner) run.agent?.add(answer);
      return answer;
    },
  };
}

function whenOf(mode: InferenceSpans, client: string | undefined, { base, call }: Run): When {
  if (mode === "never" || isInferenceRecorded(base)) return "never";
  if (mode === "auto" && call !== undefined) return "if nobody else does";
  return mode === "auto" && client !== undefined && isProviderRecorded(client) ? "never" : "at once";
}

/** What an instrumented client learned of the call. Contexts that outlive the call hold this, so it holds nothing else. */
class ClientAnswer {
  facts: ResponseFacts | undefined;
  readonly hear = ({ response }: OperationEnd) => {
    const { content: _, ...facts } = response ?? {};
    this.facts = facts;
  };
}
