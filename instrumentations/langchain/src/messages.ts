import {
  type Message,
  type MessagePart,
  parseJson,
  readParts,
  type ToolDefinition,
  textOf,
  toMediaPart,
} from "@kit/genai";

/** A message as LangChain holds it, or as applications may write it: an object, a pair or a text. */
interface AnyMessage {
  role?: unknown;
  type?: unknown;
  content?: unknown;
  name?: unknown;
  tool_calls?: readonly { id?: unknown; name?: unknown; args?: unknown }[];
  tool_call_id?: unknown;
  _getType?: () => string;
}

const ROLES: Readonly<Record<string, string>> = {
  human: "user",
  ai: "assistant",
  generic: "user",
  function: "tool",
};

/** Reads one message or several, in whatever shape the library takes them; `undefined` where there are none. */
export function readMessages(value: unknown): Message[] | undefined {
  if (value == null) return undefined;
  const messages = Array.isArray(value) && !isPair(value) ? value : [value];
  const read = messages.map(readMessage).filter((message) => message !== undefined);
  return read.length > 0 ? read : undefined;
}

function isPair(value: readonly unknown[]): boolean {
  return value.length === 2 && typeof value[0] === "string" && typeof value[1] === "string";
}

function readMessage(value: unknown): Message | undefined {
  if (typeof value === "string") return { role: "user", parts: [{ type: "text", content: value }] };
  if (Array.isArray(value)) return readMessage({ role: value[0], content: value[1] });
  if (typeof value !== "object" || value === null) return undefined;
  const message = value as AnyMessage;
  if (message.content === undefined && message.tool_calls === undefined) return undefined;
  const type = String(message._getType?.() ?? message.role ?? message.type ?? "user");
  const name = textOf(message.name);
  return { role: roleOf(type, message), parts: partsOf(message), ...(name && { name }) };
}

/** A message of no kind the library knows keeps the role it was given. */
function roleOf(type: string, { role }: AnyMessage): string {
  return type === "generic" ? (textOf(role) ?? "user") : (ROLES[type] ?? type);
}

function partsOf(message: AnyMessage): MessagePart[] {
  const { content, tool_call_id: answered, tool_calls: calls } = message;
  if (answered !== undefined) {
    return [{ type: "tool_call_response", id: String(answered), response: parseJson(content) }];
  }
  return [...readContent(content), ...(calls ?? []).map(readCall)];
}

function readCall({ id, name, args }: { id?: unknown; name?: unknown; args?: unknown }): MessagePart {
  return {
    type: "tool_call",
    name: String(name),
    arguments: parseJson(args),
    ...(id != null && { id: String(id) }),
  };
}

/** Reads the content of a message: a text, or blocks of this or that provider. */
export function readContent(content: unknown): MessagePart[] {
  return readParts(content, (block: Block | string) =>
    typeof block === "string" ? readContent(block) : readBlock(block),
  );
}

/** Where media is, in the words of the library, of OpenAI and of Anthropic. */
interface Media {
  url?: string;
  data?: string;
  file_data?: string;
  id?: string;
  fileId?: string;
  file_id?: string;
  mimeType?: string;
  mime_type?: string;
  media_type?: string;
}

interface Block extends Media {
  type?: string;
  text?: string;
  reasoning?: string;
  thinking?: string;
  image_url?: string | Media;
  input_audio?: { data?: string; format?: string };
  file?: Media;
  source?: Media;
}

/** Calls of tools stand beside the content too, and are read there. */
const CALLS = ["tool_use", "tool_call", "functionCall", "input_json_delta"];
const MODALITIES: Readonly<Record<string, string>> = {
  image: "image",
  image_url: "image",
  audio: "audio",
  input_audio: "audio",
  video: "video",
  file: "document",
  document: "document",
};

function readBlock(block: Block | null): MessagePart[] {
  const type = block?.type;
  if (block == null || type === undefined || CALLS.includes(type)) return [];
  if (typeof block.text === "string") return [{ type: "text", content: block.text }];
  const thought = block.reasoning ?? block.thinking;
  if (typeof thought === "string") return [{ type: "reasoning", content: thought }];
  const modality = MODALITIES[type];
  const media = modality && toMediaPart(modality, readMedia(block));
  return [media || { ...block, type: `x_${modality ?? type}` }];
}

function readMedia({ image_url: image, input_audio: audio, file, source, ...block }: Block) {
  if (audio != null) return { data: textOf(audio.data), mimeType: `audio/${audio.format}` };
  const given: Media = typeof image === "string" ? { url: image } : (image ?? file ?? source ?? block);
  const { mimeType, mime_type: mime = given.media_type, fileId = given.file_id, id } = given;
  return {
    data: textOf(given.data ?? given.file_data),
    url: textOf(given.url),
    fileId: textOf(fileId ?? id),
    mimeType: textOf(mimeType ?? mime),
  };
}

interface AnyTool {
  type?: string;
  name?: string;
  description?: string;
  parameters?: unknown;
  input_schema?: unknown;
  inputSchema?: unknown;
  function?: AnyTool;
  toolSpec?: AnyTool;
}

/** Reads the tools offered to a model, in the shapes of the providers. */
export function readTools(tools: unknown): ToolDefinition[] | undefined {
  return Array.isArray(tools) ? tools.map(readTool) : undefined;
}

function readTool(tool: AnyTool): ToolDefinition {
  const nested = tool.function ?? tool.toolSpec;
  const { name, description, ...shapes } = nested ?? tool;
  const parameters = shapes.parameters ?? shapes.input_schema ?? shapes.inputSchema;
  const type = nested === undefined && tool.type !== "custom" ? (tool.type ?? "function") : "function";
  return {
    type,
    name: name ?? type,
    ...(description !== undefined && { description }),
    ...(parameters !== undefined && { parameters }),
  };
}
