import type { Message, MessagePart } from "./messages.js";
import type { Content } from "./operation.js";

/** Members that the schemas take as texts alone, wherever they stand in a part. */
const TEXTS = ["id", "name", "content", "uri", "file_id", "modality", "mime_type"];

/**
 * Makes content fit the schemas where applications or providers sent odd values: numbers where texts belong, parts
 * that are none. Works on the readers' own objects, in place.
 */
export function conformContent(content: Content): Content {
  const { inputMessages, outputMessages, systemInstructions } = content;
  if (inputMessages !== undefined) content.inputMessages = conformMessages(inputMessages);
  if (outputMessages !== undefined) content.outputMessages = conformMessages(outputMessages);
  if (systemInstructions !== undefined) content.systemInstructions = conformParts(systemInstructions);
  return content;
}

function conformMessages(messages: Message[]): Message[] {
  if (allFit(messages)) return messages;
  return messages.filter(isObject).map((message) => {
    if (typeof message.role !== "string") message.role = String(message.role);
    if ("name" in message && typeof message.name !== "string") delete message.name;
    message.parts = conformParts(message.parts ?? []);
    return message;
  });
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
  }
  return conformed;
}

/** Nearly all messages are texts in order: looking, without a call for each, costs less than making them anew. */
function allFit(messages: readonly (Message | null)[]): boolean {
  for (const message of messages) {
    if (typeof message?.role !== "string" || message.parts === undefined) return false;
    if (message.name !== undefined && typeof message.name !== "string") return false;
    if (!arePlain(message.parts)) return false;
  }
  return true;
}

function arePlain(parts: readonly (MessagePart | null)[]): boolean {
  for (const part of parts) if (part?.type !== "text" || typeof part.content !== "string") return false;
  return true;
}

/** What a text part holds instead of a text is kept as JSON; nothing is an empty text. */
function textIn(value: object | null): string {
  return value === null ? "" : JSON.stringify(value);
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
