import type { Answer, ListBody } from "@kit/catsyphon";
import { HttpPoster } from "@kit/delivery";

/** The client has a limit of its own. */
const NO_LIMIT_MS = Number.POSITIVE_INFINITY;

/** Where undici, Node's own and the package, keeps what all of its `fetch` goes through. */
const DISPATCHER = Symbol.for("undici.globalDispatcher.1");

/** Whether the application sends its `fetch` through a proxy, or elsewhere, by `setGlobalDispatcher`. */
function hasDispatcherOfItsOwn(): boolean {
  const { [DISPATCHER]: dispatcher } = globalThis as { [DISPATCHER]?: object };
  return dispatcher !== undefined && dispatcher.constructor?.name !== "Agent";
}

/**
 * Posts over `node:http`: in a sixth of the processor time of Node's own `fetch`, and without the 30 ms that it takes to
 * load. To `fetch` is left what the application sends through a proxy, and what the server sends elsewhere.
 */
export function createPost() {
  // Nearly all posts go to one address; others, of which some name a session, are not worth remembering.
  let last: { readonly url: string; readonly poster: HttpPoster } | undefined;
  return async (
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string | ListBody,
    signal: AbortSignal,
  ): Promise<Answer | undefined> => {
    if (hasDispatcherOfItsOwn()) return undefined;
    if (last?.url !== url) last = { url, poster: new HttpPoster({ url, headers, timeoutMs: NO_LIMIT_MS }) };
    const answer = await last.poster.post(body, signal);
    if (answer.isCut) throw new Error("the end of the answer did not come");
    const isElsewhere = answer.status >= 300 && answer.status < 400;
    return isElsewhere ? undefined : answer;
  };
}
