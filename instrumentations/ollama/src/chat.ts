import {
  type Call,
  type Message,
  type MessagePart,
  type ToolDefinition,
  textOf,
  toMediaPart,
} from "@kit/genai";
import { ChatFold } from "./answer-fold.js";
import { type Parameters, readCounts, readParameters } from "./parameters.js";
import type { ChatAnswer, ChatMessage } from "./wire.js";

interface Tool {
  type?: string;
  function?: { name?: string; description?: string; parameters?: unknown };
}

interface ChatParams extends Parameters {
  messages?: readonly ChatMessage[];
  tools?: readonly Tool[];
}

/** `chat()`, streamed or not. */
export const chat: Call<[ChatParams], ChatAnswer, ChatAnswer> = {
  request: (params) => ({
    ...readParameters("chat", params),
    content: () => ({
      inputMessages: (params.messages ?? []).map(readMessage),
      toolDefinitions: (params.tools ?? []).map(readTool),
    }),
  }),
  response: (answer) => ({
    ...readCounts(answer),
    content: () => ({ outputMessages: [readMessage({ role: "assistant", ...answer.message })] }),
  }),
  fold: (content) => new ChatFold(content),
};

function readMessage(message: ChatMessage): Message {
  const { role = "user", content } = message;
  // Results are matched by the tool's name: calls have no ids.
  if (role === "tool") return { role, parts: [{ type: "tool_call_response", response: content ?? null }] };
  return { role, parts: readParts(message) };
}

function readParts({ content, thinking, images, tool_calls }: ChatMessage): MessagePart[] {
  const parts: MessagePart[] = [];
  if (thinking) parts.push({ type: "reasoning", content: thinking });
  if (content) parts.push({ type: "text", content });
  parts.push(...readImages(images));
  for (const { id, function: called } of tool_calls ?? []) {
    parts.push({ type: "tool_call", id, name: textOf(called?.name) ?? "", arguments: called?.arguments });
  }
  return parts;
}

const BASE64 = /^[A-Za-z0-9+/=\s]*$/;

/** Images are bytes, base64, or names of files that the module reads. */
export function readImages(images: ChatMessage["images"]): MessagePart[] {
  return (images ?? []).flatMap((image) => {
    if (typeof image !== "string")
      return toMediaPart("image", { data: Buffer.from(image).toString("base64") }) ?? [];
    return toMediaPart("image", BASE64.test(image) ? { data: image } : { url: image }) ?? [];
  });
}

function readTool({ type = "function", function: declared }: Tool): ToolDefinition {
  const { name = "", description, parameters } = declared ?? {};
  return { type, name, parameters, ...(description !== undefined && { description }) };
}
