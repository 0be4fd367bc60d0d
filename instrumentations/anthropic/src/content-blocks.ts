import { type Message, type MessagePart, type ToolDefinition, toMediaPart } from "@kit/genai";

/** A content block of a request or an answer. The API has some forty kinds; what they share is told by their names. */
export interface ContentBlock {
  type: string;
  id?: string;
  name?: string;
  text?: string;
  thinking?: string;
  input?: unknown;
  content?: unknown;
  /** Of search results it is a text. */
  source?: MediaSource | string;
  citations?: unknown;
  tool_use_id?: string;
  file_id?: string;
  server_name?: string;
  [member: string]: unknown;
}

interface MediaSource {
  type: string;
  media_type?: string;
  data?: string;
  url?: string;
  file_id?: string;
  content?: string | readonly ContentBlock[];
}

/** A message as it is sent. */
export interface MessageParam {
  role: string;
  content: string | readonly ContentBlock[];
}

/** A tool that the model is offered: the application's own, or one that the provider runs. */
export interface ToolParam {
  type?: string | null;
  name?: string;
  mcp_server_name?: string;
  description?: string;
  input_schema?: unknown;
}

/** Reads one message of the history. Tool results travel as the user's blocks; alone, they are the tool's message. */
export function readMessage({ role, content }: MessageParam): Message {
  const parts = readBlocks(content);
  const answersTools = parts.length > 0 && parts.every((part) => part.type === "tool_call_response");
  return { role: answersTools ? "tool" : role, parts };
}

/** Reads content, which is a text or blocks. */
export function readBlocks(content: string | readonly ContentBlock[] | null | undefined): MessagePart[] {
  if (typeof content === "string") return [{ type: "text", content }];
  return (content ?? []).flatMap(readBlock);
}

/** Reads the tools that the model was offered. */
export function readTools(tools: readonly ToolParam[] | null | undefined): ToolDefinition[] {
  return (tools ?? []).map((tool) => ({
    type: tool.type == null || tool.type === "custom" ? "function" : tool.type,
    name: tool.name ?? tool.mcp_server_name ?? String(tool.type),
    ...(tool.description !== undefined && { description: tool.description }),
    ...(tool.input_schema !== undefined && { parameters: tool.input_schema }),
  }));
}

function readBlock(block: ContentBlock): MessagePart[] {
  const { type } = block;
  if (type === "text") return readText(block);
  if (type === "thinking") return block.thinking ? [{ type: "reasoning", content: block.thinking }] : [];
  if (type === "redacted_thinking") return [{ type: "redacted_reasoning" }];
  if (type === "tool_use") return [readToolCall(block)];
  if (type === "tool_result") return [readToolResult(block)];
  if (type.endsWith("_tool_use")) return [readServerToolCall(block)];
  if (type.endsWith("_tool_result")) return [readServerToolResult(block)];
  if (type === "server_tool_use") return [readServerToolCall(block)];
  if (type === "compaction") {
    return [{ type, ...(typeof block.content === "string" && { content: block.content }) }];
  }
  if (type === "container_upload" && block.file_id !== undefined) {
    return [{ type: "file", modality: "document", file_id: block.file_id }];
  }
  if (typeof block.source === "object") return readMedia(type, block.source);
  return [{ ...block, type: `x_${type}` }];
}

function readText({ text, citations }: ContentBlock): MessagePart[] {
  const part: MessagePart = { type: "text", content: text ?? "" };
  return Array.isArray(citations) && citations.length > 0 ? [part, { type: "citations", citations }] : [part];
}

function readToolCall({ id, name, input }: ContentBlock): MessagePart {
  return { type: "tool_call", name: name ?? "", ...(id !== undefined && { id }), arguments: input };
}

function readToolResult({ tool_use_id: id, content }: ContentBlock): MessagePart {
  const response = Array.isArray(content)
    ? (content as ContentBlock[]).flatMap(readBlock)
    : (content ?? null);
  return { type: "tool_call_response", response, ...(id !== undefined && { id }) };
}

function readServerToolCall({ type, id, name, ...rest }: ContentBlock): MessagePart {
  return {
    type: "server_tool_call",
    name: name ?? type,
    ...(id !== undefined && { id }),
    server_tool_call: { ...rest, type },
  };
}

function readServerToolResult({ tool_use_id: id, ...rest }: ContentBlock): MessagePart {
  return {
    type: "server_tool_call_response",
    ...(id !== undefined && { id }),
    server_tool_call_response: rest,
  };
}

function readMedia(type: string, source: MediaSource): MessagePart[] {
  const modality = type === "image" ? "image" : "document";
  const mime = source.media_type !== undefined ? { mime_type: source.media_type } : {};
  if (source.type === "text") return [{ type: "text", content: source.data ?? "" }];
  if (source.type === "content") return readBlocks(source.content);
  if (source.data !== undefined) return [{ type: "blob", modality, content: source.data, ...mime }];
  if (source.url !== undefined) return [toMediaPart(modality, source.url, source.media_type)];
  if (source.file_id !== undefined) return [{ type: "file", modality, file_id: source.file_id, ...mime }];
  return [{ ...source, type: `x_${type}` }];
}
