import { guard, type Telemetry } from "@kit/genai/framework";
import type { Members } from "../names.js";
import type { InferenceSpans } from "../options.js";
import type { Run } from "../run/run.js";
import type { Translation } from "../run/translation.js";
import { type AskedModel, readResponse } from "./model.js";
import { translateModel } from "./model-call.js";

/** The members of a chat model from which the library makes the arguments of a start callback. */
interface ModelLike {
  lc_id?: readonly string[];
  getLsParams?(options: object): Members;
  invocationParams?(options: object): Members;
}

/** What `streamEvents` returns. Several readers may iterate it, and it runs to its end whoever reads. */
export interface Events extends AsyncIterable<unknown> {
  readonly output: Promise<object>;
}

/** A model call for which there is no start callback. */
export function translateEvents(run: Run, telemetry: Telemetry, mode: InferenceSpans): Translation {
  run.streams = true;
  const { receiver: members, args = [] } = run.call ?? {};
  const [input, options = {}] = args as [input: { toChatMessages?(): unknown } | undefined, options?: object];
  const model = members as ModelLike;
  const asked: AskedModel = {
    operation: "chat",
    input: input?.toChatMessages?.() ?? input,
    extra: { invocation_params: model.invocationParams?.(options), options },
    metadata: model.getLsParams?.(options),
    className: model.lc_id?.at(-1),
    members,
  };
  return translateModel(run, telemetry, asked, mode);
}

/** Ends a run with the answer of its events, no later than the caller gets it. */
export async function followEvents(events: Events, run: Run): Promise<void> {
  try {
    const { output } = events;
    countChunks(events, run).catch(() => "the output rejects with the same error");
    const message = await output;
    const response = guard("an answer", () => readResponse({ generations: [[{ message }]] }));
    run.end({ outcome: "completed", response });
  } catch (error) {
    run.end({ outcome: "error", error });
  }
}

async function countChunks(events: Events, run: Run): Promise<void> {
  for await (const event of events) run.chunk(event);
}
