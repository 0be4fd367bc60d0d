import {
  type Message,
  type MessagePart,
  objectsOf,
  readParts,
  type ToolDefinition,
  textOf,
  toMediaPart,
} from "@kit/genai";
import type { PartialArg } from "./partial-args.js";

/** A part of a message: exactly one of its members says what it holds. */
export interface Part {
  text?: string | null;
  /** Whether the text is what the model thought. */
  thought?: boolean | null;
  functionCall?: FunctionCall | null;
  functionResponse?: FunctionResponse | null;
  inlineData?: { data?: string; mimeType?: string } | null;
  fileData?: { fileUri?: string; mimeType?: string } | null;
  executableCode?: { id?: string; [key: string]: unknown } | null;
  codeExecutionResult?: { id?: string; [key: string]: unknown } | null;
  toolCall?: { id?: string; toolType?: string; [key: string]: unknown } | null;
  toolResponse?: { id?: string; toolType?: string; [key: string]: unknown } | null;
}

interface FunctionResponse {
  id?: string;
  name?: string;
  response?: unknown;
  parts?: unknown;
}

/** Vertex AI may send the arguments in pieces (`partialArgs`), the first of them with the name. */
export interface FunctionCall {
  id?: string | null;
  name?: string | null;
  args?: unknown;
  partialArgs?: readonly PartialArg[] | null;
  willContinue?: boolean | null;
}

/** A message of the history or of the answer. */
export interface Content {
  role?: string | null;
  parts?: readonly (Part | string)[] | null;
}

/** Everything the SDK takes for a message, or for several: texts, parts and messages. */
export type Contents = string | Part | Content | readonly (string | Part | Content)[] | null | undefined;

/** A tool offered to the model: functions of the application's, or tools of Google's, each under its name. */
export interface Tool {
  functionDeclarations?: readonly FunctionDeclaration[] | null;
  [provided: string]: unknown;
}

interface FunctionDeclaration {
  name?: string;
  description?: string;
  parameters?: unknown;
  parametersJsonSchema?: unknown;
}

/** Reads what the model is asked. As in the SDK, texts and parts in a row are one message of the user. */
export function readContents(contents: Contents): Message[] {
  const items = toItems(contents);
  if (items.some(isContent)) return items.filter(isContent).map((content) => readContent(content, "user"));
  return items.length === 0 ? [] : [readContent({ parts: items as (Part | string)[] }, "user")];
}

/** Reads one message. The user sends the results of tools; a message of nothing else has the role `tool`. */
export function readContent({ role, parts }: Content, otherwise: string): Message {
  const read = readParts(parts, readPart);
  const answersTools = read.length > 0 && read.every(({ type }) => type === "tool_call_response");
  const speaker = role === "model" ? "assistant" : role || otherwise;
  return { role: answersTools ? "tool" : speaker, parts: read };
}

/** Reads instructions, which are given outside of the history. */
export function readInstructions(instructions: Contents): MessagePart[] {
  return readContents(instructions).flatMap(({ parts }) => parts);
}

/** Reads the tools of a request. */
export function readTools(tools: readonly Tool[] | null | undefined): ToolDefinition[] {
  return objectsOf(tools).flatMap(({ functionDeclarations, ...provided }) => [
    ...objectsOf(functionDeclarations).map(readFunction),
    ...Object.keys(provided)
      .filter((name) => provided[name] != null)
      .map((name) => ({ type: name, name })),
  ]);
}

function readFunction({ name, description, ...schemas }: FunctionDeclaration): ToolDefinition {
  const parameters = schemas.parametersJsonSchema ?? schemas.parameters;
  return { type: "function", name: textOf(name) ?? "", description, parameters };
}

function toItems(contents: Contents): readonly (string | Part | Content)[] {
  if (contents == null) return [];
  return Array.isArray(contents) ? contents : [contents as string | Part | Content];
}

function isContent(item: string | Part | Content): item is Content {
  return typeof item === "object" && item !== null && "parts" in item;
}

/** Reads a part by its members. An empty text, which often comes beside the signature of a thought, is none. */
export function readPart(part: Part | string): MessagePart | MessagePart[] {
  if (typeof part === "string") return { type: "text", content: part };
  const { text, functionCall, functionResponse, inlineData, fileData } = part;
  if (typeof text === "string") {
    if (text === "") return [];
    return { type: part.thought === true ? "reasoning" : "text", content: text };
  }
  if (functionCall != null)
    return {
      type: "tool_call",
      name: functionCall.name ?? "",
      id: functionCall.id,
      arguments: functionCall.args,
    };
  if (functionResponse != null) {
    const { id, response = null, parts } = functionResponse;
    return { type: "tool_call_response", id, response: parts == null ? response : { response, parts } };
  }
  if (inlineData != null) {
    const { data, mimeType } = inlineData;
    return toMediaPart(modalityOf(mimeType), { data, mimeType }) ?? [];
  }
  if (fileData != null) {
    const { fileUri: url, mimeType } = fileData;
    return toMediaPart(modalityOf(mimeType), { url, mimeType }) ?? [];
  }
  // The SDK empties what it does not know.
  return readServerTool(part) ?? (Object.keys(part).length === 0 ? [] : { ...part, type: "x_part" });
}

/** What Google ran itself: code that the model wrote, or another of its tools. */
function readServerTool({ executableCode, codeExecutionResult, toolCall, toolResponse }: Part) {
  const called = executableCode ?? toolCall;
  if (called != null) {
    const { id, ...call } = called;
    const type = nameOf(toolCall);
    return { type: "server_tool_call", name: type, id, server_tool_call: { ...call, type } } as const;
  }
  const answered = codeExecutionResult ?? toolResponse;
  if (answered == null) return undefined;
  const { id, ...result } = answered;
  const type = nameOf(toolResponse);
  return { type: "server_tool_call_response", id, server_tool_call_response: { ...result, type } } as const;
}

function nameOf(tool: Part["toolCall"]): string {
  return tool == null ? "code_execution" : (textOf(tool.toolType) ?? "tool").toLowerCase();
}

function modalityOf(mimeType: string | undefined): "image" | "video" | "audio" | "document" {
  const [kind] = (textOf(mimeType) ?? "").split("/");
  return kind === "image" || kind === "video" || kind === "audio" ? kind : "document";
}
