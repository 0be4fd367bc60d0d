import type { BetaToolUnion } from "@anthropic-ai/sdk/resources/beta/messages/messages";
import { type Foreign, type Message, type MessagePart, type ToolDefinition, toMediaPart } from "@kit/genai";

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
  [member: string]: unknown;
}

interface MediaSource {
  type: string;
  media_type?: string;
  data?: string;
  url?: string;
  file_id?: string;
  content?: TextOrBlocks;
}

/** A text, or blocks that hold it. */
export type TextOrBlocks = string | readonly ContentBlock[] | null | undefined;

/** Reads one message of the history. Tool results travel as the user's blocks; alone, they are the tool's message. */
export function readMessage({ role, content }: { role: string; content: TextOrBlocks }): Message {
  const parts = readBlocks(content);
  const answersTools = parts.length > 0 && parts.every((part) => part.type === "tool_call_response");
  return { role: answersTools ? "tool" : role, parts };
}

/** Reads content, which is a text or blocks. */
export function readBlocks(content: TextOrBlocks): MessagePart[] {
  if (typeof content === "string") return [{ type: "text", content }];
  return (content ?? []).flatMap(readBlock);
}

/** Reads a tool that the model was offered: the application's own, or one that the provider runs. */
export function readTool(tool: Foreign<BetaToolUnion>): ToolDefinition {
  return {
    type: tool.type == null || tool.type === "custom" ? "function" : tool.type,
    name: tool.name ?? tool.mcp_server_name ?? String(tool.type),
    ...(tool.description != null && { description: tool.description }),
    ...(tool.input_schema != null && { parameters: tool.input_schema }),
  };
}

function readBlock(block: ContentBlock): MessagePart[] {
  const { type, id, name, content, source } = block;
  if (type === "text") return readText(block);
  if (type === "thinking") return block.thinking ? [{ type: "reasoning", content: block.thinking }] : [];
  if (type === "redacted_thinking") return [{ type: "redacted_reasoning" }];
  if (type === "tool_use") return [{ type: "tool_call", name: name ?? "", id, arguments: block.input }];
  if (type === "tool_result") return [readToolResult(block)];
  if (type === "server_tool_use" || type.endsWith("_tool_use")) return [readServerToolCall(block)];
  if (type.endsWith("_tool_result")) return [readServerToolResult(block)];
  if (type === "compaction") return [{ type, content: typeof content === "string" ? content : undefined }];
  if (type === "container_upload" && block.file_id !== undefined) {
    return [{ type: "file", modality: "document", file_id: block.file_id }];
  }
  if (typeof source === "object") return readMedia(type, source);
  return [{ ...block, type: `x_${type}` }];
}

function readText({ text, citations }: ContentBlock): MessagePart[] {
  const part: MessagePart = { type: "text", content: text ?? "" };
  return Array.isArray(citations) && citations.length > 0 ? [part, { type: "citations", citations }] : [part];
}

function readToolResult({ tool_use_id: id, content }: ContentBlock): MessagePart {
  const blocks = Array.isArray(content) ? (content as ContentBlock[]) : undefined;
  return { type: "tool_call_response", response: blocks?.flatMap(readBlock) ?? content ?? null, id };
}

function readServerToolCall({ id, name, ...rest }: ContentBlock): MessagePart {
  return { type: "server_tool_call", name: name ?? rest.type, id, server_tool_call: rest };
}

function readServerToolResult({ tool_use_id: id, ...rest }: ContentBlock): MessagePart {
  return { type: "server_tool_call_response", id, server_tool_call_response: rest };
}

function readMedia(type: string, source: MediaSource): MessagePart[] {
  const modality = type === "image" ? "image" : "document";
  const { data, url, file_id, media_type: mime_type } = source;
  if (source.type === "text") return [{ type: "text", content: data ?? "" }];
  if (source.type === "content") return readBlocks(source.content);
  if (data !== undefined) return [{ type: "blob", modality, content: data, mime_type }];
  if (url !== undefined) return [toMediaPart(modality, url, mime_type)];
  if (file_id !== undefined) return [{ type: "file", modality, file_id, mime_type }];
  return [{ ...source, type: `x_${type}` }];
}
