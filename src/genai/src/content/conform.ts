import type { Message, MessagePart } from "../adapter/messages.js";
import type { Content } from "../adapter/operation.js";

/** Members that the schemas allow only as strings, wherever they occur in a part. */
const TEXTS = ["id", "name", "content", "uri", "file_id", "modality", "mime_type"];

/**
 * Makes content fit the schemas where applications or providers sent odd values, such as numbers instead of strings, or
 * parts that are not objects. Modifies the readers' own objects in place.
 */
export function conformContent(content: Content): Content {
  const { inputMessages, outputMessages, systemInstructions } = content;
  if (inputMessages !== undefined) content.inputMessages = conformMessages(inputMessages);
  // Messages without a part are no output: the call failed, or was left, before there was any.
  if (outputMessages !== undefined)
    content.outputMessages = outputMessages.some(hasParts) ? conformMessages(outputMessages) : [];
  if (systemInstructions !== undefined) content.systemInstructions = conformParts(systemInstructions);
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

/** Nearly all messages are plain, valid text. Checking that first costs less than rebuilding them. */
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

/** A text part that holds something else keeps it as JSON; `null` becomes an empty string. */
function textIn(value: object | null): string {
  return value === null ? "" : JSON.stringify(value);
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
