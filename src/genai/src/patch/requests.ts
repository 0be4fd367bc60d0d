import { diag } from "@opentelemetry/api";
import type { Call, RequestFacts } from "../adapter/operation.js";
import { inWords } from "../record/thrown.js";
import type { ChooseCall, Chosen } from "./definition.js";

/** The call that a request to a path makes, and what it is read from; `undefined` for any other request. */
export function readPosted(
  requests: ReadonlyMap<string, Call>,
  [path, options]: readonly unknown[],
): Chosen | undefined {
  try {
    const call = typeof path === "string" ? requests.get(path.replace(/\?.*/, "")) : undefined;
    const body = call && (options as { body?: unknown } | undefined)?.body;
    return call !== undefined && typeof body === "object" ? { call, given: [body, options] } : undefined;
  } catch (error) {
    diag.debug("a request cannot be read", inWords(error));
    return undefined;
  }
}

/** The call that arguments make, if they can be read. */
export function chosen(choose: ChooseCall, args: readonly unknown[]): Chosen | undefined {
  try {
    return choose(args);
  } catch (error) {
    diag.debug("a call cannot be told by its arguments", inWords(error));
    return undefined;
  }
}

/** Parameters may throw when they are asked for what they do not have; what they do have is all that the SDK sends. */
export function readRequest(call: Call, args: unknown[]): RequestFacts {
  try {
    return call.request(...args);
  } catch (error) {
    const [params, ...others] = args;
    if (typeof params !== "object" || params === null) throw error;
    return call.request({ ...params }, ...others);
  }
}
