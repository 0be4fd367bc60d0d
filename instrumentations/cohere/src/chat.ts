import {
  type Call,
  type Message,
  type MessagePart,
  objectsOf,
  parseJson,
  readParts,
  type ToolDefinition,
  textOf,
  toMediaPart,
} from "@kit/genai";
import { inCamelCase } from "./camel-case.js";
import { ChatFold } from "./chat-fold.js";
import { type Parameters, readFailure, readParameters, readUsage } from "./parameters.js";
import type { ChatAnswer, ChatEvent, ChatMessage, Content } from "./wire.js";

interface Tool {
  type?: string;
  function?: { name?: string; description?: string; parameters?: unknown };
}

interface ChatParams extends Parameters {
  messages?: readonly ChatMessage[];
  tools?: readonly Tool[];
}

/** `v2.chat()` and `v2.chatStream()`. */
export const chat = (stream: boolean): Call<[ChatParams], ChatAnswer, ChatEvent> => ({
  request: (given) => {
    const params = inCamelCase(given);
    return {
      ...readParameters("chat", stream, params),
      content: () => ({
        inputMessages: objectsOf(params.messages).map(readMessage),
        toolDefinitions: objectsOf(params.tools).map(readTool),
      }),
    };
  },
  response: (answer) => {
    const { id, message, finishReason, usage, error } = inCamelCase(answer);
    return {
      id,
      finishReasons: [finishReason],
      usage: readUsage(usage),
      error: readFailure(finishReason, error),
      content: () => ({ outputMessages: [readMessage({ role: "assistant", ...message })] }),
    };
  },
  ...(stream && { fold: (content: boolean) => new ChatFold(content) }),
});

function readMessage(message: ChatMessage): Message {
  const told = inCamelCase(message);
  const { role = "user", content, toolContent = content, toolCallId: id } = told;
  return role === "tool"
    ? { role, parts: [{ type: "tool_call_response", id, response: readResult(toolContent) }] }
    : { role, parts: readAll(told) };
}

function readAll({ content, toolCalls, toolPlan, citations }: ChatMessage): MessagePart[] {
  const parts: MessagePart[] = [];
  if (toolPlan) parts.push({ type: "reasoning", content: toolPlan });
  parts.push(...readParts<Content>(content, readContent));
  for (const { id, function: called } of objectsOf(toolCalls)) {
    const sent = parseJson(called?.arguments);
    parts.push({ type: "tool_call", id, name: textOf(called?.name) ?? "", arguments: sent });
  }
  if (citations?.length) parts.push({ type: "citations", citations: [...citations] });
  return parts;
}

function readContent(part: Content): MessagePart | MessagePart[] {
  const { type = "part", text, thinking, imageUrl } = part;
  if (type === "text") return { type, content: text ?? "" };
  if (type === "thinking") return { type: "reasoning", content: thinking ?? "" };
  if (type === "image_url") return toMediaPart("image", { url: imageUrl?.url }) ?? [];
  return { ...part, type: `x_${type}` };
}

/** The results of a tool are a text, or documents to cite. */
function readResult(content: ChatMessage["content"]): unknown {
  if (!Array.isArray(content)) return content ?? null;
  const results = objectsOf(content as readonly Content[]).map(
    ({ text, document }) => document?.data ?? text,
  );
  return results.length === 1 ? results[0] : results;
}

function readTool({ type = "function", function: declared }: Tool): ToolDefinition {
  const { name = "", description, parameters } = declared ?? {};
  return { type, name, parameters, ...(description !== undefined && { description }) };
}
