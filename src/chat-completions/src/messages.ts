import {
  type Message,
  type MessagePart,
  objectsOf,
  parseJson,
  readParts,
  type ToolDefinition,
  textOf,
  toMediaPart,
} from "@kit/genai";

type Text = string | null | undefined;

/** A tool call in the history or an answer: of a function, or of a custom tool, whose input is plain text. */
export interface ToolCall {
  id?: Text;
  function?: { name?: Text; arguments?: Text } | null;
  custom?: { name?: Text; input?: Text } | null;
}

/** A chat message of a request or an answer, with what compatible providers add. */
export interface ChatMessage {
  role?: Text;
  name?: Text;
  content?: Text | readonly ContentPart[];
  refusal?: Text;
  /** Reasoning of DeepSeek, Groq, vLLM and others. */
  reasoning_content?: Text;
  /** Reasoning of OpenRouter. */
  reasoning?: Text;
  audio?: { id?: string; data?: string; transcript?: string } | null;
  /** Images generated through OpenRouter. */
  images?: readonly ContentPart[] | null;
  tool_calls?: readonly ToolCall[] | null;
  function_call?: ToolCall["function"];
  tool_call_id?: Text;
  /** Sources of an answer that searched the web. */
  annotations?: readonly object[] | null;
  /** Sources of an answer from the application's own data on Azure. */
  context?: { citations?: readonly object[] | null } | null;
}

/** A content part, in any of the shapes that chats and responses give it. */
export interface ContentPart {
  type?: string;
  text?: string | null;
  annotations?: readonly object[] | null;
  refusal?: string | null;
  /** Reasoning of Mistral. */
  thinking?: string | readonly ContentPart[];
  /** Reasoning of Databricks. */
  summary?: readonly ContentPart[];
  image_url?: Link;
  /** Media that compatible providers take. */
  video_url?: Link;
  audio_url?: Link;
  document_url?: Link;
  input_audio?: { data: string; format: string };
  /** Sound of an answer, base64, with its transcript. */
  data?: string;
  transcript?: string;
  file?: FileSource;
  file_id?: string | null;
  file_data?: string;
  file_url?: string;
}

type Link = { url: string } | string | null;

interface FileSource {
  file_id?: string | null;
  file_data?: string;
  file_url?: string;
}

/** The definition of a function that the model may call. */
export interface FunctionOffer {
  name: string;
  description?: string;
  parameters?: unknown;
}

/** A tool definition of chat completions: nested under its type. */
export interface ChatTool {
  type: string;
  function?: FunctionOffer;
  custom?: FunctionOffer;
}

/** Reads one message of the history or of an answer. */
export function readChatMessage(message: ChatMessage): Message {
  const role = textOf(message.role) ?? "assistant";
  const name = textOf(message.name);
  const read =
    role === "tool" || role === "function"
      ? readToolMessage(message)
      : { role, parts: readMessageParts(message) };
  return name === undefined ? read : { ...read, name };
}

/** Reads the tools offered to the model. */
export function readChatTools(
  tools: readonly ChatTool[] | null | undefined,
  functions: readonly FunctionOffer[] | null | undefined,
): ToolDefinition[] {
  const offered = objectsOf(tools).map((tool) => toDefinition(tool.type, tool.function ?? tool.custom ?? {}));
  for (const offer of objectsOf(functions)) offered.push(toDefinition("function", offer));
  return offered;
}

/** Member by member, because spreading takes twenty times as long. */
function toDefinition(asked: unknown, offer: Partial<FunctionOffer>): ToolDefinition {
  const { name, description, parameters } = offer;
  const type = textOf(asked) ?? "function";
  const definition = { type, name: textOf(name) ?? type, description, parameters };
  const members: Record<string, unknown> = definition;
  for (const other in offer) members[other] ??= offer[other as keyof FunctionOffer];
  return definition;
}

function readToolMessage(message: ChatMessage): Message {
  const { content } = message;
  const response = Array.isArray(content) ? content.map((part) => part?.text ?? part) : (content ?? "");
  const id = textOf(message.tool_call_id);
  return { role: "tool", parts: [{ type: "tool_call_response", response, ...(id !== undefined && { id }) }] };
}

function readMessageParts(message: ChatMessage): MessagePart[] {
  const parts = readParts(message.content, readContentPart);
  // A gateway may leave one of the two empty.
  const thinking = message.reasoning_content || message.reasoning;
  if (typeof thinking === "string" && thinking !== "")
    parts.unshift({ type: "reasoning", content: thinking });
  const citations = message.annotations ?? message.context?.citations;
  if (citations?.length) parts.push({ type: "citations", citations });
  // Snowflake leaves what there is none of empty.
  if (message.refusal) parts.push({ type: "refusal", content: message.refusal });
  if (message.audio != null) parts.push(...readAudio(message.audio));
  if (message.images != null) parts.push(...readParts(message.images, readContentPart));
  if (message.function_call?.name) parts.push(toToolCall(undefined, message.function_call));
  for (const call of objectsOf(message.tool_calls)) parts.push(readToolCall(call));
  return parts;
}

/** Reads a content part by its members: text, refusal, reasoning, sound, image or file. */
export function readContentPart(part: ContentPart): MessagePart | MessagePart[] {
  if (part.text != null) {
    const text: MessagePart = { type: "text", content: part.text };
    return part.annotations?.length ? [text, { type: "citations", citations: part.annotations }] : text;
  }
  if (part.refusal != null) return { type: "refusal", content: part.refusal };
  const thinking = part.thinking ?? part.summary;
  if (thinking != null) return { type: "reasoning", content: readThinking(thinking) };
  if (part.input_audio != null) {
    const { data, format } = part.input_audio;
    return { type: "blob", modality: "audio", content: data, mime_type: `audio/${format}` };
  }
  if (part.type === "output_audio") return readAudio(part);
  const { file_id: fileId, file_url: file, file_data: data }: FileSource = part.file ?? part;
  const kind = part.image_url == null ? part.type : "image";
  const modality = /image|video|audio/.exec(String(kind))?.[0] ?? "document";
  const link = part.image_url ?? part.video_url ?? part.audio_url ?? part.document_url ?? file;
  const url = typeof link === "object" ? link?.url : link;
  return toMediaPart(modality, { data, url, fileId }) ?? { ...part, type: `x_${part.type}` };
}

function readThinking(thinking: NonNullable<ContentPart["thinking"]>): string {
  return typeof thinking === "string" ? thinking : thinking.map(({ text = "" }) => text).join("");
}

function readAudio(audio: { id?: string; data?: string; transcript?: string }): MessagePart[] {
  const data = audio.data ? joinBase64(audio.data) : undefined;
  const sound = toMediaPart("audio", { data, fileId: audio.id || undefined });
  const parts: MessagePart[] = sound === undefined ? [] : [sound];
  if (audio.transcript) parts.push({ type: "transcript", content: audio.transcript });
  return parts;
}

/** Joins the pieces of streamed sound, each of which has padding of its own. */
function joinBase64(data: string): string {
  const pieces = data.match(/[^=]+=*/g) ?? [];
  if (pieces.length < 2) return data;
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece, "base64"))).toString("base64");
}

function readToolCall({ id, function: called, custom }: ToolCall): MessagePart {
  const isFunction = custom == null || called?.name;
  return toToolCall(textOf(id), isFunction ? (called ?? {}) : { name: custom.name, arguments: custom.input });
}

function toToolCall(id: string | undefined, call: { name?: Text; arguments?: Text }): MessagePart {
  return {
    type: "tool_call",
    name: textOf(call.name) ?? "",
    ...(id !== undefined && { id }),
    ...(call.arguments != null && { arguments: parseJson(call.arguments) }),
  };
}
