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

/** Ends a run with the last of its events, no later than the caller has its answer. */
export async function followEvents(events: Events, run: Run): Promise<void> {
  const pieces = async () => {
    for await (const event of events) run.chunk(event);
  };
  try {
    const [message] = await Promise.all([events.output, pieces()]);
    const response = guard(() => readResponse({ generations: [[{ message }]] }));
    run.end({ outcome: "completed", response });
  } catch (error) {
    run.end({ outcome: "error", error });
  }
}
