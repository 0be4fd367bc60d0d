import { guard } from "./guard.js";
import { type AskedModel, readResponse } from "./model.js";
import type { Members } from "./names.js";
import type { Call, Run } from "./run.js";

/** A chat model, by what it tells callbacks of itself where it has any. */
interface ModelLike {
  lc_id?: readonly string[];
  getLsParams?(options: object): Members;
  invocationParams?(options: object): Members;
}

/** What `streamEvents` gives since core 1.3. It can be read by many, and goes on to its end whoever reads. */
interface Events extends AsyncIterable<unknown> {
  readonly output: Promise<object>;
}

/** Reads what a model is asked that streams events, of which no callback tells. */
export function readAsked({ receiver, args: [asked, options] }: Call): AskedModel {
  const model = receiver as ModelLike;
  const given = options ?? {};
  return {
    operation: "chat",
    input: (asked as { toChatMessages?(): unknown } | null | undefined)?.toChatMessages?.() ?? asked,
    extra: { invocation_params: model.invocationParams?.(given), options: given },
    metadata: model.getLsParams?.(given),
    className: model.lc_id?.at(-1),
    members: receiver,
  };
}

/** Ends a run with its answer, no later than the caller has it. */
export async function followEvents(events: Events, run: Run): Promise<void> {
  try {
    const output = events.output;
    countPieces(events, run).catch(() => "the answer fails with the same error");
    const message = await output;
    const response = guard(() => readResponse({ generations: [[{ message }]] }));
    run.end({ outcome: "completed", response });
  } catch (error) {
    run.end({ outcome: "error", error });
  }
}

async function countPieces(events: Events, run: Run): Promise<void> {
  for await (const event of events) run.chunk(event);
}
