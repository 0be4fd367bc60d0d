import { type Message, type MessagePart, parseJson, type ToolDefinition, toMediaPart } from "@kit/genai";

/** An item of a response's input or output. The API has some thirty kinds; what they share is told by their names. */
export interface ResponseItem {
  type?: string;
  role?: string;
  id?: string;
  call_id?: string;
  name?: string;
  content?: string | readonly ResponseContent[] | null;
  arguments?: string;
  input?: unknown;
  output?: unknown;
  action?: unknown;
  operation?: unknown;
  summary?: readonly { text?: string }[];
  status?: string;
  [member: string]: unknown;
}

interface ResponseContent {
  type: string;
  text?: string;
  refusal?: string;
  image_url?: string | null;
  file_id?: string | null;
  file_url?: string;
  file_data?: string;
  input_audio?: { data: string; format: string };
}

/** Tools that OpenAI runs itself: their calls are parts of the answer, not work of the application. */
const SERVER_TOOLS: ReadonlySet<string> = new Set([
  "web_search_call",
  "file_search_call",
  "code_interpreter_call",
  "image_generation_call",
  "mcp_call",
  "mcp_list_tools",
  "tool_search_call",
]);

/** Whether the application has to run something before the conversation can go on. */
export function isClientCall(item: ResponseItem): boolean {
  return item.type?.endsWith("_call") === true && !SERVER_TOOLS.has(item.type);
}

/** Reads the input: a plain string is the user's message. */
export function readInput(input: string | readonly ResponseItem[] | null | undefined): Message[] {
  if (typeof input === "string") return [{ role: "user", parts: [{ type: "text", content: input }] }];
  return (input ?? []).map((item) => ({ role: roleOf(item), parts: readItem(item) }));
}

/** Reads the output: however many items it has, it is one answer. */
export function readOutput(output: readonly ResponseItem[] | null | undefined): Message[] {
  const parts = (output ?? []).flatMap(readItem);
  return parts.length === 0 ? [] : [{ role: "assistant", parts }];
}

/** Reads instructions, which are a text or, on fetched responses, items. */
export function readInstructions(
  instructions: string | readonly ResponseItem[] | null | undefined,
): MessagePart[] {
  if (typeof instructions === "string") return [{ type: "text", content: instructions }];
  return (instructions ?? []).flatMap(readItem);
}

/** Reads the tools that the model was offered; the provider's own have no name but their type. */
export function readResponseTools(
  tools: readonly Record<string, unknown>[] | null | undefined,
): ToolDefinition[] {
  return (tools ?? []).map((tool) => {
    const type = String(tool.type);
    const name = typeof tool.name === "string" ? tool.name : String(tool.server_label ?? type);
    return {
      type,
      name,
      ...(typeof tool.description === "string" && { description: tool.description }),
      ...(tool.parameters != null && { parameters: tool.parameters }),
    };
  });
}

function roleOf(item: ResponseItem): string {
  if (item.role !== undefined) return item.role;
  return item.type?.endsWith("_output") ? "tool" : "assistant";
}

function readItem(item: ResponseItem): MessagePart[] {
  const { type = "message" } = item;
  if (type === "message") return readContents(item.content);
  if (type === "reasoning") return readReasoning(item);
  if (type === "compaction") return [{ type: "compaction", ...(item.id !== undefined && { id: item.id }) }];
  if (SERVER_TOOLS.has(type)) return readServerTool(item, type);
  const id = item.call_id ?? item.id;
  if (type.endsWith("_output")) {
    return [{ type: "tool_call_response", response: item.output, ...(id !== undefined && { id }) }];
  }
  if (type.endsWith("_call")) return [readClientCall(item, type, id)];
  return [{ ...item, type: type === "item_reference" ? type : `x_${type}` }];
}

function readClientCall(item: ResponseItem, type: string, id: string | undefined): MessagePart {
  const given = item.arguments ?? item.input ?? item.action ?? item.operation;
  return {
    type: "tool_call",
    name: item.name ?? type.slice(0, -"_call".length),
    ...(id !== undefined && { id }),
    ...(given !== undefined && { arguments: parseJson(given) }),
  };
}

function readServerTool(item: ResponseItem, type: string): MessagePart[] {
  const { type: _, id, name, result, results, outputs, output, error, ...rest } = item;
  const answer = { result, results, outputs, output, error };
  const parts: MessagePart[] = [
    {
      type: "server_tool_call",
      name: name ?? type.replace(/_call$/, ""),
      ...(id !== undefined && { id }),
      server_tool_call: { ...rest, type },
    },
  ];
  if (Object.values(answer).some((value) => value != null)) {
    parts.push({
      type: "server_tool_call_response",
      ...(id !== undefined && { id }),
      server_tool_call_response: { ...answer, type },
    });
  }
  return parts;
}

/** Thinking that was not shown comes as an empty summary and leaves no part. */
function readReasoning({ summary, content }: ResponseItem): MessagePart[] {
  const shown = Array.isArray(content) && content.length > 0 ? content : (summary ?? []);
  const text = (shown as readonly { text?: string }[]).map((part) => part.text ?? "").join("\n");
  return text === "" ? [] : [{ type: "reasoning", content: text }];
}

function readContents(content: ResponseItem["content"]): MessagePart[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", content }];
  return (content ?? []).map(readContent);
}

function readContent(part: ResponseContent): MessagePart {
  if (part.text !== undefined) return { type: "text", content: part.text };
  if (part.refusal !== undefined) return { type: "refusal", content: part.refusal };
  const modality = part.type === "input_image" ? "image" : "document";
  const url = part.image_url ?? part.file_url ?? part.file_data;
  if (url != null) return toMediaPart(modality, url);
  if (part.file_id != null) return { type: "file", modality, file_id: part.file_id };
  if (part.input_audio !== undefined) {
    const { data, format } = part.input_audio;
    return { type: "blob", modality: "audio", content: data, mime_type: `audio/${format}` };
  }
  return { ...part, type: `x_${part.type}` };
}
