import { ATTR, parseJson } from "@kit/genai/core";
import { type ReadableSpan, toSeconds } from "../span/readable-span.js";
import { cut } from "../text/scrub.js";
import type { EventData } from "./event.js";

/** A message as AgentPulse shows it. */
export interface Message {
  readonly role: "user" | "assistant" | "tool_call" | "tool_result" | "system";
  readonly content: string;
  readonly ts: number;
}

const MAX_PREVIEW = 500;
const MAX_CONTENT = 4_000;
const MAX_MESSAGES = 200;
/** Parsing longer texts would block the event loop, and nothing of that size can be sent. */
const MAX_JSON = 500_000;

/** The attributes that an event's messages cover, if content is wanted. */
export const COVERED_BY_MESSAGES: readonly string[] = [
  ATTR.inputMessages,
  ATTR.outputMessages,
  ATTR.systemInstructions,
];

/** Adds the messages of a model call to its event, and a preview of the reply. Returns the messages. */
export function addMessages(data: EventData, span: ReadableSpan): Message[] {
  const { attributes } = span;
  const system = readParts(parse(attributes[ATTR.systemInstructions]), "system", toSeconds(span.startTime));
  const input = readMessages(parse(attributes[ATTR.inputMessages]), toSeconds(span.startTime));
  const output = readMessages(parse(attributes[ATTR.outputMessages]), toSeconds(span.endTime));
  const messages = [...system, ...input, ...output];
  if (messages.length > 0) data.messages = messages.slice(-MAX_MESSAGES);
  const reply = output.find(({ role }) => role === "assistant");
  if (reply) data.response_preview = cut(reply.content, MAX_PREVIEW);
  return [...input, ...output];
}

function parse(text: unknown): unknown {
  return typeof text === "string" && text.length <= MAX_JSON ? parseJson(text) : undefined;
}

function readMessages(value: unknown, ts: number): Message[] {
  if (!Array.isArray(value)) return [];
  return value.slice(-MAX_MESSAGES).flatMap((message: unknown) => {
    if (typeof message !== "object" || message === null) return [];
    const { role, parts, content } = message as { role?: unknown; parts?: unknown; content?: unknown };
    return readParts(parts ?? content, toRole(role), ts);
  });
}

function toRole(role: unknown): Message["role"] {
  if (role === "assistant" || role === "model") return "assistant";
  if (role === "tool" || role === "function") return "tool_result";
  return role === "system" || role === "developer" ? "system" : "user";
}

/** The texts of a message become one message; tool calls and their results become messages of their own. */
function readParts(parts: unknown, role: Message["role"], ts: number): Message[] {
  if (typeof parts === "string") return parts === "" ? [] : [{ role, content: cut(parts, MAX_CONTENT), ts }];
  if (!Array.isArray(parts)) return [];
  const messages: Message[] = [];
  let text = "";
  for (const part of parts as unknown[]) {
    if (typeof part !== "object" || part === null) continue;
    const { type, content, text: plain, name, arguments: args, response } = part as Record<string, unknown>;
    if (type === "tool_call") {
      messages.push({ role: "tool_call", content: cut(`${name ?? ""} ${toText(args)}`, MAX_CONTENT), ts });
    } else if (type === "tool_call_response") {
      messages.push({ role: "tool_result", content: cut(toText(response), MAX_CONTENT), ts });
    } else if (type === "text" || type === undefined) {
      const words = toText(content ?? plain);
      text = text && words ? `${text}\n${words}` : text || words;
    }
  }
  if (text !== "") messages.unshift({ role, content: cut(text, MAX_CONTENT), ts });
  return messages;
}

function toText(value: unknown): string {
  if (value == null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
