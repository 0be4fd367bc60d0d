import { literalAt } from "./json-elements.js";
import type { Message } from "./message.js";

/** In characters. Shorter texts are written as JSON in no time. */
const LONG = 200;
/** What follows the only text of the last message. */
const LAST = /^\}\](?:,"finish_reason":"\w*")?\}\]?$/;

/**
 * Keeps the JSON of a message's text, where that is long and stands at the end of the JSON it was read from, in the form
 * that instrumentations write: to make it again takes as long as all else that is done for the message.
 */
export function keepTextJson(message: Message | undefined, json: string): void {
  const [part] = message?.parts ?? [];
  if (message === undefined || part?.kind !== "text" || part.text.length < LONG) return;
  // The server takes neither; both are escaped in JSON.
  if (part.text.includes("\0") || !part.text.isWellFormed()) return;
  const before = `{"role":"${message.role}","parts":[{"type":"text","content":"`;
  const start = json.startsWith(before, 1) ? 1 : json.lastIndexOf(before);
  if (start >= 0) message.json = literalAt(json, start + before.length - 1, LAST);
}
