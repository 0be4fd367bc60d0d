import { invalid } from "../errors.js";
import { isPlainObject } from "../model/checks.js";
import type { MessageContent } from "../model/content.js";
import type { Message } from "../model/message.js";
import { checkMessage } from "../model/validate.js";
import { readContent } from "./content.js";
import { FieldReader } from "./field-reader.js";
import { snakeKeys } from "./keys.js";

/** A message as JSON has it: snake_case, `correlation_id` always there, `metadata` only when there is some. */
export interface WireMessage {
  id: string;
  channel: string;
  sender_type: string;
  content: { type: string } & Record<string, unknown>;
  timestamp: string;
  correlation_id: string | null;
  metadata?: Record<string, unknown>;
}

/**
 * The message as the server takes it. Keys inside `metadata` and `context` are left alone.
 * @throws ValidationError naming the field that the server, or a person, could not make sense of.
 */
export function toWire(message: Message): WireMessage {
  const checked = checkMessage(message);
  return {
    id: checked.id,
    channel: checked.channel,
    sender_type: checked.senderType,
    content: writeContent(checked.content),
    timestamp: checked.timestamp,
    correlation_id: checked.correlationId,
    ...(checked.metadata == null ? {} : { metadata: { ...checked.metadata } }),
  };
}

function writeContent(content: MessageContent): WireMessage["content"] {
  if (content.type === "unknown") return { ...content.raw, type: content.wireType };
  const fields = Object.entries(content).filter(([, value]) => value !== undefined);
  return snakeKeys(Object.fromEntries(fields)) as WireMessage["content"];
}

/**
 * Reads a message off the wire. Tolerant: unknown fields are dropped, an unknown sender is kept, an unknown
 * content type becomes `UnknownContent`, metadata that is no object is left out.
 * @throws ValidationError when an envelope field, or a field of a known content type, is missing or wrong.
 */
export function fromWire(raw: unknown): Message {
  const fields = new FieldReader(raw, "");
  const metadata = fields.any("metadata");
  const id = fields.string("id");
  if (id === "") throw invalid("id", "must not be empty");
  return {
    id: id.toLowerCase(),
    channel: fields.string("channel"),
    senderType: fields.string("sender_type"),
    content: readContent(fields.object("content")),
    timestamp: fields.string("timestamp"),
    correlationId: fields.optionalString("correlation_id")?.toLowerCase() ?? null,
    ...(isPlainObject(metadata) ? { metadata } : {}),
  };
}

/** JSON of a message that fits into what the transport carries. */
export function encodeMessage(message: Message, maxBytes: number): string {
  let json: string;
  try {
    json = JSON.stringify(toWire(message));
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) {
      throw invalid("message", "cannot be written as JSON", error);
    }
    throw error;
  }
  if (Buffer.byteLength(json) > maxBytes)
    throw invalid("message", `must not exceed ${maxBytes} bytes as JSON`);
  return json;
}
