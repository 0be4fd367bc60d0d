/** Kind of media in a part; the conventions allow other values too. */
export type Modality = "image" | "video" | "audio" | "document" | (string & {});

/** A member that is not recorded if the provider sent nothing or `null` for it. */
type Maybe<T> = T | null | undefined;

/** One piece of a message, as the conventions' JSON schemas shape it. */
export type MessagePart =
  | { type: "text"; content: string }
  | { type: "reasoning"; content: string }
  | { type: "tool_call"; name: string; id?: Maybe<string>; arguments?: unknown }
  | { type: "tool_call_response"; response: unknown; id?: Maybe<string> }
  | {
      type: "server_tool_call";
      name: string;
      id?: Maybe<string>;
      server_tool_call: { type: string; [key: string]: unknown };
    }
  | {
      type: "server_tool_call_response";
      id?: Maybe<string>;
      server_tool_call_response: { type: string; [key: string]: unknown };
    }
  | { type: "blob"; modality: Modality; content: string; mime_type?: Maybe<string> }
  | { type: "uri"; modality: Modality; uri: string; mime_type?: Maybe<string> }
  | { type: "file"; modality: Modality; file_id: string; mime_type?: Maybe<string> }
  | { type: "compaction"; id?: Maybe<string>; content?: string }
  | CustomPart;

/** A part of a kind that the conventions do not define; the schemas accept any `type`. */
export interface CustomPart {
  type: "refusal" | "transcript" | "citations" | "redacted_reasoning" | "item_reference" | `x_${string}`;
  [key: string]: unknown;
}

/** A message of the chat history or of the answer. */
export interface Message {
  role: string;
  parts: MessagePart[];
  name?: string;
}

/** A tool that the model was offered. Description and parameters are content: recorded only when asked for. */
export interface ToolDefinition {
  type: string;
  name: string;
  description?: string;
  parameters?: unknown;
}

/** A message that is one text. */
export function textMessage(role: string, content: string): Message {
  return { role, parts: [{ type: "text", content }] };
}

/** A value if it is a string: applications and providers also send numbers, which the schemas do not allow. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Parses JSON; a text that is not JSON (a cut-off stream, a model's mistake) is returned as it is. */
export function parseJson(text: unknown): unknown {
  if (typeof text !== "string") return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Reads content that is a string (an empty one has no parts) or a list of items that `read` understands. */
export function readParts<Item>(
  content: unknown,
  read: (item: Item) => MessagePart | readonly MessagePart[],
): MessagePart[] {
  // An array literal has no spare capacity, and most messages of a long history are one text.
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", content }];
  if (!Array.isArray(content)) return [];
  return (content as readonly (Item | null)[]).flatMap((item) => (item == null ? [] : read(item)));
}

/** Where media is: inline as base64, at a URL, or in a file that the provider keeps. */
export interface MediaSource {
  /** Base64, or a `data:` URL of it. */
  data?: Maybe<string>;
  url?: Maybe<string>;
  fileId?: Maybe<string>;
  mimeType?: Maybe<string>;
}

const DATA_URL = /^data:([^;,]*)(?:;[^,]*)?,(.*)$/s;

/** The part for media; a `data:` URL counts as inline bytes. `undefined` if the source is empty. */
export function toMediaPart(modality: Modality, source: MediaSource): MessagePart | undefined {
  const { data, url, fileId, mimeType: mime_type } = source;
  const [, type, inline = data] = DATA_URL.exec(data ?? url ?? "") ?? [];
  if (inline != null) return { type: "blob", modality, content: inline, mime_type: type || mime_type };
  if (url != null) return { type: "uri", modality, uri: url, mime_type };
  return fileId != null ? { type: "file", modality, file_id: fileId, mime_type } : undefined;
}
