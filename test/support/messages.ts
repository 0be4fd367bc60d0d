/** The content attributes as types, written after the JSON schemas in `test/semconv`. */

/** Media kinds the conventions name; others are allowed. */
export type Modality = "image" | "video" | "audio" | "document" | (string & {});

/** One part of a message. A custom part may have any other `type`. */
export type Part =
  | { type: "text"; content: string }
  | { type: "tool_call"; name: string; id?: string | null; arguments?: unknown }
  | { type: "tool_call_response"; response: unknown; id?: string | null }
  | { type: "server_tool_call"; name: string; id?: string | null; server_tool_call: { type: string } }
  | { type: "server_tool_call_response"; id?: string | null; server_tool_call_response: { type: string } }
  | { type: "reasoning"; content: string }
  | { type: "blob"; modality: Modality; content: string; mime_type?: string | null }
  | { type: "uri"; modality: Modality; uri: string; mime_type?: string | null }
  | { type: "file"; modality: Modality; file_id: string; mime_type?: string | null }
  | { type: "compaction"; id?: string | null; content?: string | null };

/** A message of `gen_ai.input.messages` or `gen_ai.output.messages`. */
export interface Message {
  readonly role: string;
  readonly parts: readonly Part[];
  readonly name?: string | null;
}

/** An entry of `gen_ai.tool.definitions`. */
export interface ToolDefinition {
  readonly type: string;
  readonly name: string;
}

/** All parts of one type, in order. */
export function partsOf<Type extends Part["type"]>(
  messages: readonly Message[],
  type: Type,
): Extract<Part, { type: Type }>[] {
  return messages.flatMap(({ parts }) =>
    parts.filter((part): part is Extract<Part, { type: Type }> => part.type === type),
  );
}
