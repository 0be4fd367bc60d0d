import type { Beta } from "@anthropic-ai/sdk/resources/beta/beta";
import {
  type Foreign,
  type Message,
  type MessagePart,
  readParts,
  type ToolDefinition,
  textOf,
  toMediaPart,
} from "@kit/genai";

/** A content block of a request or an answer. Its forty or so types are told apart by the endings of their names. */
type ContentBlock = Foreign<Beta.BetaContentBlock | Beta.BetaContentBlockParam>;

/** Reads one message of the history. The user sends tool results; a message of nothing else has the role `tool`. */
export function readMessage({ role, content }: Foreign<Beta.BetaMessageParam>): Message {
  const parts = readBlocks(content);
  const answersTools = parts.length > 0 && parts.every((part) => part.type === "tool_call_response");
  return { role: answersTools ? "tool" : String(role), parts };
}

/** Reads content, which is a string or a list of blocks. */
export function readBlocks(content: unknown): MessagePart[] {
  return readParts(content, readBlock);
}

/** Reads a tool offered to the model: the application's own, or one that the provider runs. */
export function readTool(tool: Foreign<Beta.BetaToolUnion>): ToolDefinition {
  return {
    type: tool.type == null || tool.type === "custom" ? "function" : tool.type,
    name: tool.name ?? tool.mcp_server_name ?? String(tool.type),
    description: tool.description ?? undefined,
    parameters: tool.input_schema ?? undefined,
  };
}

function readBlock(block: ContentBlock): MessagePart | MessagePart[] {
  const { id, name, content } = block;
  const type = String(block.type);
  if (type === "text") return readText(block);
  if (type === "thinking") return block.thinking ? { type: "reasoning", content: block.thinking } : [];
  if (type === "redacted_thinking") return { type: "redacted_reasoning" };
  if (type === "tool_use") return { type: "tool_call", name: name ?? "", id, arguments: block.input };
  if (type === "tool_result") {
    const response = Array.isArray(content) ? readBlocks(content) : (content ?? null);
    return { type: "tool_call_response", response, id: block.tool_use_id };
  }
  if (type.endsWith("_tool_use")) return readServerToolCall(block, type);
  if (type.endsWith("_tool_result")) return readServerToolResult(block, type);
  if (type === "compaction") return { type, content: textOf(content) };
  return readMedia(block, type) ?? { ...block, type: `x_${type}` };
}

function readText({ text, citations }: ContentBlock): MessagePart[] {
  const part: MessagePart = { type: "text", content: text ?? "" };
  return Array.isArray(citations) && citations.length > 0 ? [part, { type: "citations", citations }] : [part];
}

function readServerToolCall({ id, name, ...rest }: ContentBlock, type: string): MessagePart {
  return { type: "server_tool_call", name: name ?? type, id, server_tool_call: { ...rest, type } };
}

function readServerToolResult({ tool_use_id: id, ...rest }: ContentBlock, type: string): MessagePart {
  return { type: "server_tool_call_response", id, server_tool_call_response: { ...rest, type } };
}

/** Images and documents have a source, which may also hold text or blocks. */
function readMedia({ source, file_id }: ContentBlock, type: string): MessagePart | MessagePart[] | undefined {
  const from = type === "container_upload" ? { file_id } : source;
  if (typeof from !== "object" || from === null) return undefined;
  if (from.type === "text") return readBlocks(from.data);
  if (from.type === "content") return readBlocks(from.content);
  const { data, url, file_id: fileId, media_type: mimeType } = from;
  return toMediaPart(type === "image" ? "image" : "document", { data, url, fileId, mimeType });
}
