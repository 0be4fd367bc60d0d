import { type ContentPart, readContentPart } from "@kit/chat-completions";
import {
  type Message,
  type MessagePart,
  parseJson,
  readParts,
  type ToolDefinition,
  textMessage,
} from "@kit/genai";

/** An item of a response's input or output. The API has some thirty kinds; what they share is told by their names. */
export interface ResponseItem {
  type?: string;
  role?: string;
  id?: string;
  call_id?: string;
  name?: string;
  content?: string | readonly ContentPart[] | null;
  arguments?: string;
  input?: unknown;
  output?: unknown;
  action?: unknown;
  operation?: unknown;
  summary?: readonly { text?: string }[];
  status?: string;
  [member: string]: unknown;
}

/** A text, or items that hold it. */
export type TextOrItems = string | readonly ResponseItem[] | null | undefined;

/** A tool as responses take it: flat, and of any of the provider's own kinds. */
export type ResponseTool = Record<string, unknown>;

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
export function isClientCall({ type }: ResponseItem): boolean {
  return type?.endsWith("_call") === true && !SERVER_TOOLS.has(type);
}

/** Reads the input: a plain string is the user's message. */
export function readInput(input: TextOrItems): Message[] {
  if (typeof input === "string") return [textMessage("user", input)];
  return (input ?? []).map((item) => ({ role: roleOf(item), parts: readItem(item) }));
}

/** Reads the output: however many items it has, it is one answer. */
export function readOutput(output: readonly ResponseItem[] | null | undefined): Message[] {
  const parts = (output ?? []).flatMap(readItem);
  return parts.length === 0 ? [] : [{ role: "assistant", parts }];
}

/** Reads instructions, which are a text or, on fetched responses, items. */
export function readInstructions(instructions: TextOrItems): MessagePart[] {
  return readParts(instructions, readItem);
}

/** Reads the tools that the model was offered; the provider's own have no name but their type. */
export function readResponseTools(tools: readonly ResponseTool[] | null | undefined): ToolDefinition[] {
  return (tools ?? []).map(({ type, name, server_label: server, description, parameters }) => ({
    type: String(type),
    name: String(name ?? server ?? type),
    ...(typeof description === "string" && { description }),
    ...(parameters != null && { parameters }),
  }));
}

function roleOf({ role, type }: ResponseItem): string {
  return role ?? (type?.endsWith("_output") ? "tool" : "assistant");
}

function readItem(item: ResponseItem): MessagePart[] {
  const { type = "message", content } = item;
  if (type === "message") return readParts(content, readContentPart);
  if (type === "reasoning") return readReasoning(item);
  if (type === "compaction") return [{ type, id: item.id }];
  if (SERVER_TOOLS.has(type)) return readServerTool(item, type);
  const id = item.call_id ?? item.id;
  if (type.endsWith("_output")) return [{ type: "tool_call_response", response: item.output, id }];
  if (type.endsWith("_call")) return [readClientCall(item, type, id)];
  return [{ ...item, type: type === "item_reference" ? type : `x_${type}` }];
}

function readClientCall(item: ResponseItem, type: string, id: string | undefined): MessagePart {
  const given = item.arguments ?? item.input ?? item.action ?? item.operation;
  return {
    type: "tool_call",
    name: item.name ?? type.slice(0, -"_call".length),
    id,
    arguments: parseJson(given),
  };
}

function readServerTool(item: ResponseItem, type: string): MessagePart[] {
  const { type: _, id, name, result, results, outputs, output, error, ...asked } = item;
  const answer = { result, results, outputs, output, error };
  const call: MessagePart = {
    type: "server_tool_call",
    name: name ?? type.replace(/_call$/, ""),
    id,
    server_tool_call: { ...asked, type },
  };
  if (Object.values(answer).every((value) => value == null)) return [call];
  return [call, { type: "server_tool_call_response", id, server_tool_call_response: { ...answer, type } }];
}

/** Thinking that was not shown comes as an empty summary and leaves no part. */
function readReasoning({ summary, content }: ResponseItem): MessagePart[] {
  const shown = Array.isArray(content) && content.length > 0 ? content : (summary ?? []);
  const text = (shown as readonly { text?: string }[]).map((part) => part.text ?? "").join("\n");
  return text === "" ? [] : [{ type: "reasoning", content: text }];
}
