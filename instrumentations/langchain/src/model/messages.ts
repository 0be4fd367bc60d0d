import {
  type Message,
  type MessagePart,
  parseJson,
  readParts,
  type ToolDefinition,
  textMessage,
  textOf,
  toMediaPart,
} from "@kit/genai";
import { gather, MEDIA, type Members, TOOL, tableOf } from "../names.js";

/** One of LangChain's messages, or what applications may write instead of one. */
interface AnyMessage extends Members {
  tool_calls?: readonly ToolCall[];
  /** Those whose arguments are not valid JSON. */
  invalid_tool_calls?: readonly ToolCall[];
  _getType?: () => string;
}

interface ToolCall extends Members {
  /** OpenAI's own format. */
  function?: Members;
}

const ROLES = tableOf({ user: "human generic", assistant: "ai", tool: "function" });

/** Reads one message or several, in any form that the library accepts; `undefined` if there are none. */
export function readMessages(value: unknown): Message[] | undefined {
  if (value == null) return undefined;
  const messages = Array.isArray(value) && !isPair(value) ? value : [value];
  const read = messages.map(readMessage).filter((message) => message !== undefined);
  return read.length > 0 ? read : undefined;
}

/** Whether a list is the short form of one message: `[role, content]`. */
function isPair(value: readonly unknown[]): boolean {
  return value.length === 2 && typeof value[0] === "string" && typeof value[1] === "string";
}

function readMessage(value: unknown): Message | undefined {
  if (typeof value === "string") return textMessage("user", value);
  if (Array.isArray(value)) return readMessage({ role: value[0], content: value[1] });
  if (typeof value !== "object" || value === null) return undefined;
  const message = value as AnyMessage;
  if (message.content === undefined && message.tool_calls === undefined) return undefined;
  const type = String(message._getType?.() ?? message.role ?? message.type ?? "user");
  // A generic message has a role of its own.
  const role = (type === "generic" ? textOf(message.role) : undefined) ?? ROLES.get(type) ?? type;
  const name = textOf(message.name);
  return { role, parts: partsOf(message), ...(name && { name }) };
}

function partsOf(message: AnyMessage): MessagePart[] {
  const { content, tool_call_id: id } = message;
  if (id !== undefined) return [{ type: "tool_call_response", id: String(id), response: parseJson(content) }];
  const calls = [...(message.tool_calls ?? []), ...(message.invalid_tool_calls ?? [])];
  return [...readContent(content), ...calls.map(readCall)];
}

function readCall({ id, name, args, function: own }: ToolCall): MessagePart {
  return {
    type: "tool_call",
    name: String(name ?? own?.name),
    arguments: parseJson(args ?? own?.arguments),
    ...(id != null && { id: String(id) }),
  };
}

/** Reads the content of a message: a text, or blocks in the format of the library or of a provider. */
export function readContent(content: unknown): MessagePart[] {
  return readParts(content, (block: Block | string) =>
    typeof block === "string" ? readContent(block) : readBlock(block),
  );
}

interface Block extends Members {
  type?: string;
  image_url?: string | Members;
  input_audio?: { data?: string; format?: string };
  file?: Members;
  source?: Members;
}

/** Blocks that repeat the message's tool calls. */
const CALLS = ["tool_use", "tool_call", "functionCall", "input_json_delta"];
/** Tools that the provider runs, in the library's format or Anthropic's. */
const SERVER_CALL = /^server_tool_call$|_tool_use$/;
const SERVER_RESULT = /^server_tool_call_result$|_tool_result$/;
const MODALITIES = tableOf({
  image: "image image_url",
  audio: "audio input_audio",
  video: "video",
  document: "document file",
});

function readBlock(block: Block | null): MessagePart[] {
  const type = block?.type;
  if (block == null || type === undefined || CALLS.includes(type)) return [];
  if (typeof block.text === "string") return [{ type: "text", content: block.text }];
  if (SERVER_CALL.test(type)) return [readServerCall(block, type)];
  if (SERVER_RESULT.test(type)) return [readServerResult(block, type)];
  const thought = block.reasoning ?? block.thinking;
  if (typeof thought === "string") return [{ type: "reasoning", content: thought }];
  const modality = MODALITIES.get(type);
  const media = modality && toMediaPart(modality, readMedia(block));
  return [media || { ...block, type: `x_${modality ?? type}` }];
}

function readServerCall({ id, name, ...own }: Members, type: string): MessagePart {
  return {
    type: "server_tool_call",
    id: textOf(id),
    name: textOf(name) ?? type,
    server_tool_call: { ...own, type },
  };
}

function readServerResult({ toolCallId, tool_use_id, ...own }: Members, type: string): MessagePart {
  const id = textOf(toolCallId ?? tool_use_id);
  return { type: "server_tool_call_response", id, server_tool_call_response: { ...own, type } };
}

function readMedia({ image_url: image, input_audio: audio, file, source, ...block }: Block) {
  if (audio != null) return { data: textOf(audio.data), mimeType: `audio/${audio.format}` };
  const given = typeof image === "string" ? { url: image } : (image ?? file ?? source ?? block);
  const { data, url, fileId = (given as Block).id, mimeType } = gather(MEDIA, given);
  const bytes = data instanceof Uint8Array ? Buffer.from(data).toString("base64") : data;
  return { data: textOf(bytes), url: textOf(url), fileId: textOf(fileId), mimeType: textOf(mimeType) };
}

/** Reads the tools that a model is offered, in the formats of the providers. */
export function readTools(tools: unknown): ToolDefinition[] | undefined {
  if (!Array.isArray(tools)) return undefined;
  return (tools as AnyTool[]).flatMap((tool) => (tool.functionDeclarations ?? [tool]).map(readTool));
}

interface AnyTool {
  type?: string;
  function?: Members;
  toolSpec?: Members;
  /** Google's form of several. */
  functionDeclarations?: AnyTool[];
}

function readTool(tool: AnyTool): ToolDefinition {
  const nested = tool.function ?? tool.toolSpec;
  const type = nested === undefined && tool.type !== "custom" ? (tool.type ?? "function") : "function";
  return { type, name: type, ...(gather(TOOL, nested ?? tool) as Partial<ToolDefinition>) };
}
