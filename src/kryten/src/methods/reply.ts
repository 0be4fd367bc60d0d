import type { BusMessage } from "../bus/bus.js";
import { CommandError, KrytenError } from "../errors.js";
import { isObject, type JsonObject, parseJson } from "../json.js";

/** A parsed answer; `failure` is what the service said when it did not do it. */
export interface Reply {
  readonly body: JsonObject;
  /** `data` of the answer, or an empty object. */
  readonly data: JsonObject;
  readonly failure: string | undefined;
}

/**
 * The bridge says `success: true` outside whenever its handler did not throw; what became of the command
 * stands inside `data`. A reply counts as failed when either says so, or `data` names an error and no success.
 */
export function readReply(message: BusMessage): Reply {
  let body: unknown;
  try {
    body = parseJson(message.data);
  } catch (cause) {
    throw new KrytenError("the reply is not JSON", { cause: new Error((cause as Error).name) });
  }
  if (!isObject(body)) throw new KrytenError("the reply is not a JSON object");
  const data = isObject(body.data) ? body.data : {};
  const inner = data.success === false || (hasError(data) && data.success !== true);
  const failed = body.success === false || (hasError(body) && body.success !== true) || inner;
  return { body, data, failure: failed ? readError(body, data) : undefined };
}

function hasError(value: JsonObject): boolean {
  return value.error != null && value.error !== "";
}

function readError(body: JsonObject, data: JsonObject): string {
  for (const error of [body.error, data.error, data.message]) {
    if (typeof error === "string" && error !== "") return error;
  }
  return "no reason given";
}

/** @throws CommandError when the reply failed. Its message quotes the service, without the caller's own arguments. */
export function assertDone(reply: Reply, command: string, service: string, sent: JsonObject): void {
  if (reply.failure === undefined) return;
  const reason = withoutArguments(reply.failure, sent);
  throw new CommandError(`${service} refused ${command}: ${reason}`, { command, service, reply: reply.body });
}

/** Services quote what they were sent: "No active ban for 'ann'". */
function withoutArguments(reason: string, sent: JsonObject): string {
  let result = reason;
  for (const text of collectTexts(sent)) result = result.replaceAll(text, "…");
  return result.length > 200 ? `${result.slice(0, 200)}…` : result;
}

function collectTexts(value: unknown): string[] {
  if (typeof value === "string") return value === "" ? [] : [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value)
    .flatMap(collectTexts)
    .sort((a, b) => b.length - a.length);
}
