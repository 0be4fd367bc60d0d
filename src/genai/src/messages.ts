/** Kind of media in a part; the conventions allow other words too. */
export type Modality = "image" | "video" | "audio" | "document" | (string & {});

/** One piece of a message, as the conventions' JSON schemas shape it. */
export type MessagePart =
  | { type: "text"; content: string }
  | { type: "reasoning"; content: string }
  | { type: "tool_call"; name: string; id?: string; arguments?: unknown }
  | { type: "tool_call_response"; response: unknown; id?: string }
  | {
      type: "server_tool_call";
      name: string;
      id?: string;
      server_tool_call: { type: string; [key: string]: unknown };
    }
  | {
      type: "server_tool_call_response";
      id?: string;
      server_tool_call_response: { type: string; [key: string]: unknown };
    }
  | { type: "blob"; modality: Modality; content: string; mime_type?: string }
  | { type: "uri"; modality: Modality; uri: string; mime_type?: string }
  | { type: "file"; modality: Modality; file_id: string; mime_type?: string }
  | { type: "compaction"; id?: string; content?: string }
  | CustomPart;

/** A part of a kind that the conventions have no word for; the schemas accept any `type`. */
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

/** A text where one belongs: applications and providers also send numbers, which the schemas do not take. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A JSON text as the value it holds, or the text itself when it is not JSON (a cut stream, a model's slip). */
export function parseJson(text: unknown): unknown {
  if (typeof text !== "string") return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A `data:` URL becomes inline bytes, any other URL a reference. */
export function toMediaPart(modality: Modality, url: string, mimeType?: string): MessagePart {
  const data = /^data:([^;,]*)(?:;[^,]*)?,(.*)$/s.exec(url);
  if (data == null)
    return { type: "uri", modality, uri: url, ...(mimeType != null && { mime_type: mimeType }) };
  const mime = data[1] || mimeType;
  return { type: "blob", modality, content: data[2] ?? "", ...(mime != null && { mime_type: mime }) };
}
