import { type Message, type MessagePart, type ToolDefinition, textOf, toMediaPart } from "@kit/genai";
import type { ContentBlock, ConverseMessage, ConverseTool } from "./wire.js";

/** Reads one message. The user sends the results of tools; a message of nothing else has the role `tool`. */
export function readMessage({ role = "user", content }: ConverseMessage): Message {
  const parts = readBlocks(content);
  const answersTools = parts.length > 0 && parts.every(({ type }) => type === "tool_call_response");
  return { role: answersTools ? "tool" : role, parts };
}

/** Reads the blocks of a message or of instructions. */
export function readBlocks(blocks: readonly ContentBlock[] | undefined): MessagePart[] {
  return (blocks ?? []).flatMap(readBlock);
}

/** Reads a tool; a point for the cache between tools is none. */
export function readTool({ toolSpec, systemTool }: ConverseTool): ToolDefinition[] {
  if (systemTool !== undefined) return [{ type: "system_tool", name: systemTool.name ?? "" }];
  if (toolSpec === undefined) return [];
  const { name = "", description, inputSchema } = toolSpec;
  return [{ type: "function", name, parameters: inputSchema?.json, ...(description && { description }) }];
}

function readBlock(block: ContentBlock): MessagePart | MessagePart[] {
  const { toolUse, toolResult, reasoningContent, citationsContent, guardContent } = block;
  const text = block.text ?? guardContent?.text?.text;
  if (text !== undefined) return { type: "text", content: text };
  if (toolUse !== undefined) return readToolUse(toolUse);
  if (toolResult !== undefined) return readToolResult(toolResult);
  if (reasoningContent !== undefined) {
    const thought = reasoningContent.reasoningText?.text;
    // Some models give no more than the signature of a thought.
    if (thought === "") return [];
    return thought === undefined ? { type: "redacted_reasoning" } : { type: "reasoning", content: thought };
  }
  if (citationsContent !== undefined) {
    const { content = [], citations = [] } = citationsContent;
    return [
      ...content.map((each): MessagePart => ({ type: "text", content: each.text ?? "" })),
      { type: "citations", citations: [...citations] },
    ];
  }
  return "cachePoint" in block ? [] : readMedia(block);
}

/** Of Amazon's own models some run tools themselves. The application's have the type `tool_use` or, from others, none. */
function readToolUse({
  toolUseId: id,
  name = "",
  input,
  type,
}: NonNullable<ContentBlock["toolUse"]>): MessagePart {
  return type === undefined || type === "tool_use"
    ? { type: "tool_call", id, name, arguments: input }
    : { type: "server_tool_call", id, name, server_tool_call: { type, input } };
}

function readToolResult({
  toolUseId: id,
  content = [],
  type,
}: NonNullable<ContentBlock["toolResult"]>): MessagePart {
  const results = content.flatMap((block): unknown[] =>
    block.json === undefined ? readBlocks([block]) : [block.json],
  );
  const [only] = results;
  const response = results.length === 1 ? (textIn(only) ?? only) : results;
  return type === undefined || type === "tool_result"
    ? { type: "tool_call_response", id, response }
    : { type: "server_tool_call_response", id, server_tool_call_response: { type, response } };
}

function textIn(result: unknown): string | undefined {
  const { type, content } = result as { type?: unknown; content?: unknown };
  return type === "text" ? textOf(content) : undefined;
}

const KINDS = { image: "image", video: "video", audio: "audio", document: "document" } as const;

function readMedia(block: ContentBlock): MessagePart | MessagePart[] {
  for (const kind of Object.values(KINDS)) {
    const media = block[kind];
    if (media === undefined) continue;
    const { bytes, s3Location, text, content } = media.source ?? {};
    if (text !== undefined) return { type: "text", content: text };
    if (content !== undefined) return readBlocks(content);
    const data = typeof bytes === "string" ? bytes : bytes && Buffer.from(bytes).toString("base64");
    const mimeType =
      media.format === undefined
        ? undefined
        : `${kind === "document" ? "application" : kind}/${media.format}`;
    return toMediaPart(kind, { data, url: s3Location?.uri, mimeType }) ?? [];
  }
  const [name = "block"] = Object.keys(block);
  return { ...block, type: `x_${name}` };
}
