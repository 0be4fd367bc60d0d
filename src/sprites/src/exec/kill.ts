import type { Config } from "../config.js";
import { Deadline } from "../deadline.js";
import { streamLines } from "../rest/rest.js";
import { type Call, send } from "../rest/transport.js";

export const KILL_TEMPLATE = "/v1/sprites/{name}/exec/{session_id}/kill";
const LIMIT_MS = 10_000;

/** Ends a session through the API, by force right after the signal. No span of its own: it is part of a command. */
export async function killSession(
  config: Config,
  name: string,
  sessionId: string,
  signal: string,
): Promise<void> {
  const call: Call = {
    method: "POST",
    template: KILL_TEMPLATE,
    params: { name, session_id: sessionId },
    query: { signal, timeout: "0s" },
    purpose: "exec",
  };
  using deadline = new Deadline(LIMIT_MS);
  const response = await send(config, call, deadline);
  // Read to its end: the server may stop the killing when the listener leaves.
  for await (const _ of streamLines(response, config, deadline));
}
