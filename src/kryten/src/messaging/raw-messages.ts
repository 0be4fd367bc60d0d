import { headers as createHeaders, type MsgHdrs } from "nats";
import type { BusMessage } from "../bus/bus.js";
import { KrytenError } from "../errors.js";
import { parseJson, toJsonBytes } from "../json.js";
import { handlerName } from "./handler-run.js";
import type { SubjectHandler } from "./messenger.js";

export function encodeBody(data: Uint8Array | string | object | undefined): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (data === undefined) return new Uint8Array();
  return typeof data === "string" ? new TextEncoder().encode(data) : toJsonBytes(data);
}

export function toHeaders(
  given: MsgHdrs | Readonly<Record<string, string>> | undefined,
): MsgHdrs | undefined {
  if (!given || isMsgHdrs(given)) return given;
  const result = createHeaders();
  for (const [name, value] of Object.entries(given)) result.set(name, value);
  return result;
}

function isMsgHdrs(given: MsgHdrs | Readonly<Record<string, string>>): given is MsgHdrs {
  return typeof given.append === "function";
}

/** The warning that publishing on a subject by hand deserves, if any. */
export function misuseOf(subject: string, service: string | undefined): string | undefined {
  const [first, second, third, ...rest] = subject.split(".");
  if (first !== "kryten") return undefined;
  if (second === "command" || (third === "command" && rest.length === 0)) {
    return "publishing on a command subject: use sendCommand";
  }
  if (second !== "events") return undefined;
  if (third === "cytube") return "publishing an event of CyTube, which only the bridge does";
  return service !== undefined && third !== service
    ? "publishing an event in the name of another service"
    : undefined;
}

export function readJson(message: BusMessage): unknown {
  try {
    return parseJson(message.data);
  } catch {
    throw new KrytenError("the reply is not JSON", { code: "UNEXPECTED_REPLY" });
  }
}

/** A handler of messages that answers with what the given handler makes of their JSON. */
export function answering(
  handler: (request: unknown) => unknown,
  publish: (reply: string, data: Uint8Array) => Promise<void>,
): SubjectHandler {
  const name = handlerName(handler);
  const answer = async (message: BusMessage) => {
    const { body, error } = await answerOf(message, handler);
    if (message.reply) await publish(message.reply, body);
    if (error !== undefined) throw error;
  };
  return Object.defineProperty(answer, "name", { value: name });
}

async function answerOf(message: BusMessage, handler: (request: unknown) => unknown) {
  let request: unknown;
  try {
    request = parseJson(message.data);
  } catch (error) {
    return { body: toJsonBytes({ error: "Invalid JSON" }), error };
  }
  try {
    return { body: toJsonBytes((await handler(request)) ?? null) };
  } catch (error) {
    return { body: toJsonBytes({ error: "Internal error" }), error };
  }
}
