import { readContentPart } from "@kit/chat-completions";
import {
  type Foreign,
  type Message,
  type MessagePart,
  objectsOf,
  parseJson,
  readParts,
  type ToolDefinition,
  textMessage,
  textOf,
  withoutNulls,
} from "@kit/genai";
import type { Responses } from "openai/resources/responses/responses";

/** An item of a response's input or output. Its forty or so types are told apart by the endings of their names. */
export type ResponseItem = Foreign<Responses.ResponseInputItem | Responses.ResponseOutputItem>;

/** A tool definition of the Responses API: flat, a function or one of OpenAI's own tools. */
type ResponseTool = Foreign<Responses.Tool | Responses.ResponseOutputItem.McpListTools.Tool>;

/** A string, or a list of items. */
export type TextOrItems = string | ResponseItem[] | null | undefined;

/** Types of items of tools that the provider runs, although they have a call's id or are no calls. */
const SERVER_TOOLS: ReadonlySet<string> = new Set([
  "mcp_list_tools",
  "tool_search_call",
  "tool_search_output",
  "program",
  "program_output",
  "multi_agent_call",
  "multi_agent_call_output",
]);

/** Types of calls for the application, also from servers that give them no id. */
const CLIENT_CALL = /^(?:function|custom_tool|computer|local_shell|shell|apply_patch)_call$/;

/** Whether an item is a tool call that the application must run before the conversation can continue. */
export function isClientCall(item: ResponseItem): boolean {
  return item.type?.endsWith("_call") === true && !isServerTool(item);
}

function isServerTool({ type, execution, environment, call_id }: ResponseItem): boolean {
  if (type == null || execution === "client") return false;
  if (SERVER_TOOLS.has(type) || environment?.type?.startsWith("container")) return true;
  // A call without an id cannot be answered. xAI's searches of X are calls of a custom tool with such an id.
  const isUnanswerable = !call_id && type.endsWith("_call") && !CLIENT_CALL.test(type);
  return isUnanswerable || /^xs_call/.test(String(call_id));
}

/** Keeps the members that {@link isClientCall} reads, none of which is content. */
export function withoutContent({ type, call_id, execution, environment }: ResponseItem): ResponseItem {
  const place = environment?.type;
  return { type, call_id, ...(execution && { execution }), ...(place && { environment: { type: place } }) };
}

/** Reads the input; a string is a message of the user. */
export function readInput(input: TextOrItems): Message[] {
  if (typeof input === "string") return [textMessage("user", input)];
  return readItems(input).map(([item, parts]) => ({ role: roleOf(item, parts), parts }));
}

/** Reads the output: all items together are one message. */
export function readOutput(output: ResponseItem[] | null | undefined): Message[] {
  return [{ role: "assistant", parts: readItems(output).flatMap(([, read]) => read) }];
}

/** Reads instructions: a string or, in fetched responses, a list of items. */
export function readInstructions(instructions: TextOrItems): MessagePart[] {
  return readParts(instructions, (item: ResponseItem) => readItem(item, isServerTool(item)));
}

/** Reads the tools offered to the model. OpenAI's own have no name, and are called by their type. */
export function readResponseTools(tools: ResponseTool[] | null | undefined): ToolDefinition[] {
  return objectsOf(tools).map(({ type = "function", name, server_label: server, description, ...tool }) => ({
    type: String(type),
    name: String(name ?? server ?? type),
    description: textOf(description),
    parameters: tool.parameters ?? tool.input_schema ?? undefined,
  }));
}

function readItems(list: ResponseItem[] | null | undefined): [ResponseItem, MessagePart[]][] {
  const items = objectsOf(list);
  // The output of a shell does not say where the shell ran, but its call does.
  const hosted = new Set(items.filter(isServerTool).map((item) => item.call_id || item));
  return items.map((item) => [item, readItem(item, isServerTool(item) || hosted.has(item.call_id || item))]);
}

/** Most items have no role; approvals, triggers and updates come from the application. */
function roleOf({ role, type }: ResponseItem, [first]: readonly MessagePart[]): string {
  if (first?.type === "tool_call_response") return "tool";
  return role ?? (/_(?:response|trigger|update)$/.test(type ?? "") ? "user" : "assistant");
}

function readItem({ tools, ...rest }: ResponseItem, isHosted: boolean): MessagePart[] {
  // Definitions of MCP servers contain their credentials.
  const item: ResponseItem = tools == null ? rest : { ...rest, tools: readResponseTools(tools) };
  const { id, content, role } = item;
  const type = item.type ?? (content == null && role == null ? "item_reference" : "message");
  if (type === "message") return readParts(content, readContentPart);
  if (type === "reasoning") return readReasoning(item);
  if (type === "compaction") return [{ type, id }];
  if (isHosted) return readServerTool(item, type);
  if (type.endsWith("_output")) return [readClientResult(item)];
  if (type.endsWith("_call")) return [readClientCall(item, type)];
  return [{ ...item, type: type === "item_reference" ? type : `x_${type}` }];
}

function readClientResult({ call_id, id = null, output, tools, status }: ResponseItem): MessagePart {
  return { type: "tool_call_response", response: output ?? tools ?? { status }, id: call_id ?? id };
}

function readClientCall(item: ResponseItem, type: string): MessagePart {
  const given = item.arguments ?? item.input ?? item.action ?? item.actions ?? item.operation;
  return {
    type: "tool_call",
    name: item.name ?? type.slice(0, -"_call".length),
    id: item.call_id ?? item.id,
    arguments: parseJson(given),
  };
}

function readServerTool(
  { type: _, id: own, call_id, name, ...told }: ResponseItem,
  type: string,
): MessagePart[] {
  const id = call_id || own;
  const { result, results, outputs, output, error, ...asked } = told;
  const isAnswer = type.endsWith("_output");
  const said = isAnswer ? told : withoutNulls({ result, results, outputs, output, error });
  const call: MessagePart = {
    type: "server_tool_call",
    name: name || type.replace(/_call$/, ""),
    id,
    server_tool_call: { ...asked, type },
  };
  if (Object.keys(said).length === 0) return [call];
  const answer = { ...said, type };
  const response = { type: "server_tool_call_response" as const, id, server_tool_call_response: answer };
  return isAnswer ? [response] : [call, response];
}

/** Reasoning that the API does not show has an empty summary, and no part here. */
function readReasoning({ summary, content }: ResponseItem): MessagePart[] {
  const shown = Array.isArray(content) && content.length > 0 ? content : (summary ?? []);
  const text = (shown as readonly { text?: string }[]).map((part) => part.text ?? "").join("\n");
  return text === "" ? [] : [{ type: "reasoning", content: text }];
}
