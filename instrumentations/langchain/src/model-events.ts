import { guard } from "./guard.js";
import { type AskedModel, readResponse } from "./model.js";
import type { Members } from "./names.js";
import type { Run } from "./run.js";

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

/** Reads a request for which there is no start callback. */
export function readAsked(members: Members, [input, options]: readonly unknown[]): AskedModel {
  const model = members as ModelLike;
  const given = options ?? {};
  return {
    operation: "chat",
    input: (input as { toChatMessages?(): unknown } | null | undefined)?.toChatMessages?.() ?? input,
    extra: { invocation_params: model.invocationParams?.(given), options: given },
    metadata: model.getLsParams?.(given),
    className: model.lc_id?.at(-1),
    members,
  };
}

/** Ends a run with the answer of its events, no later than the caller gets it. */
export async function followEvents(events: Events, run: Run): Promise<void> {
  try {
    const { output } = events;
    countChunks(events, run).catch(() => "the output rejects with the same error");
    const message = await output;
    const response = guard(() => readResponse({ generations: [[{ message }]] }));
    run.end({ outcome: "completed", response });
  } catch (error) {
    run.end({ outcome: "error", error });
  }
}

async function countChunks(events: Events, run: Run): Promise<void> {
  for await (const event of events) run.chunk(event);
}
