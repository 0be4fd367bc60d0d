import type { Message, MessagePart } from "../adapter/messages.js";
import type { Content } from "../adapter/operation.js";
import { PlainCopies } from "./plain.js";

/** Members that the schemas allow only as strings, wherever they occur in a part. */
const TEXTS = ["id", "name", "content", "uri", "file_id", "modality", "mime_type"];

/** Members without which the schemas know no part of a type, and what stands for one that nobody sent. */
const REQUIRED: ReadonlyMap<unknown, Readonly<Record<string, unknown>>> = new Map<
  string,
  Record<string, unknown>
>([
  ["text", { content: "" }],
  ["reasoning", { content: "" }],
  ["tool_call", { name: "" }],
  ["tool_call_response", { response: null }],
  ["server_tool_call", { name: "", server_tool_call: { type: "" } }],
  ["server_tool_call_response", { server_tool_call_response: { type: "" } }],
  ["blob", { modality: "", content: "" }],
  ["uri", { modality: "", uri: "" }],
  ["file", { modality: "", file_id: "" }],
]);

/**
 * Makes content fit the schemas where applications or providers sent odd values, such as numbers instead of strings, or
 * parts that are not objects. Modifies in place what it is given, which readers and hooks have made for it.
 */
export function conformContent(content: Content): Content {
  const { inputMessages, outputMessages, systemInstructions } = content;
  if (inputMessages != null) content.inputMessages = conformMessages(inputMessages);
  // Messages without a part are no output: the call failed, or was left, before there was any.
  if (outputMessages != null)
    content.outputMessages = outputMessages.some(hasParts) ? conformMessages(outputMessages) : [];
  if (systemInstructions != null) content.systemInstructions = conformParts(systemInstructions);
  return content;
}

function hasParts(message: Message | null): boolean {
  return (message?.parts?.length ?? 0) > 0;
}

function conformMessages(messages: Message[]): Message[] {
  if (allFit(messages)) return messages;
  return messages.filter(isObject).map((message) => {
    if (typeof message.role !== "string") message.role = String(message.role);
    if ("name" in message && typeof message.name !== "string") delete message.name;
    message.parts = conformParts(toParts(message.parts));
    return message;
  });
}

/** A hook may put a text in the place of all parts. */
function toParts(parts: unknown): MessagePart[] {
  if (Array.isArray(parts)) return parts;
  return typeof parts === "string" && parts !== "" ? [{ type: "text", content: parts }] : [];
}

function conformParts(parts: MessagePart[]): MessagePart[] {
  if (arePlain(parts)) return parts;
  const conformed = parts.filter(isObject);
  for (const part of conformed as unknown as Record<string, unknown>[]) {
    for (const key of TEXTS) {
      const value = part[key];
      if (value === undefined || typeof value === "string") continue;
      if (value === null || typeof value === "object")
        part[key] = key === "content" ? textIn(value) : undefined;
      else part[key] = String(value);
    }
    if (typeof part.type !== "string") part.type = "x_unknown";
    const required = REQUIRED.get(part.type);
    for (const key in required) part[key] ??= required[key];
  }
  return conformed;
}

/** Nearly all messages are plain, valid text. Checking that first costs less than rebuilding them. */
function allFit(messages: readonly (Message | null)[]): boolean {
  for (const message of messages) {
    if (typeof message?.role !== "string" || !Array.isArray(message.parts)) return false;
    if (message.name !== undefined && typeof message.name !== "string") return false;
    if (!arePlain(message.parts)) return false;
  }
  return true;
}

function arePlain(parts: readonly (MessagePart | null)[]): boolean {
  for (const part of parts) if (part?.type !== "text" || typeof part.content !== "string") return false;
  return true;
}

/** A text part that holds something else keeps it as JSON; `null` becomes an empty string. */
function textIn(value: object | null): string {
  const plain = value === null ? "" : new PlainCopies(Number.POSITIVE_INFINITY).copy(value);
  return typeof plain === "string" ? plain : JSON.stringify(plain);
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
