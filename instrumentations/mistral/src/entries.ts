import { readContentPart } from "@kit/chat-completions";
import { type Message, type MessagePart, objectsOf, parseJson, readParts, toMediaPart } from "@kit/genai";
import { partOnTheWire, renamed } from "./wire.js";

/** What was said or done in a conversation, as the SDK writes it. */
export interface Entry {
  /** May be left out of what the application writes. */
  readonly type?: string;
  readonly id?: string;
  readonly role?: string;
  readonly content?: unknown;
  readonly toolCallId?: string;
  readonly name?: string;
  readonly arguments?: unknown;
  readonly result?: unknown;
  readonly info?: Readonly<Record<string, unknown>> | null;
  readonly agentId?: string | null;
  readonly model?: string | null;
  readonly [member: string]: unknown;
}

/** Reads what is asked: a text, or entries of which each is a message. */
export function readInputs(inputs: string | readonly Entry[] | null | undefined): Message[] {
  if (typeof inputs === "string") return [{ role: "user", parts: readParts(inputs, () => []) }];
  return objectsOf(inputs).map((entry) => ({ role: roleOf(entry), parts: readEntry(entry) }));
}

/** Reads what came out, which is one answer. */
export function readOutputs(outputs: readonly Entry[]): Message[] {
  return outputs.length === 0 ? [] : [{ role: "assistant", parts: outputs.flatMap(readEntry) }];
}

function roleOf(entry: Entry): string {
  if (typeOf(entry) === "function.result") return "tool";
  return entry.role ?? (typeOf(entry) === "message.input" ? "user" : "assistant");
}

/** The SDK, too, goes by the members where the type is left out. */
function typeOf(entry: Entry): string {
  if (entry.type !== undefined) return entry.type;
  if ("result" in entry) return "function.result";
  if ("toolCallId" in entry) return "function.call";
  if ("arguments" in entry) return "tool.execution";
  return "nextAgentId" in entry ? "agent.handoff" : "message.input";
}

function readEntry(entry: Entry): MessagePart[] {
  const { toolCallId, name = "", arguments: sent, result } = entry;
  switch (typeOf(entry)) {
    case "message.input":
    case "message.output":
      return readParts(entry.content, readChunk);
    case "function.call":
      return [{ type: "tool_call", id: toolCallId, name, arguments: parseJson(sent) }];
    case "function.result":
      return [{ type: "tool_call_response", id: toolCallId, response: result }];
    case "tool.execution":
      return readExecution(entry);
    default:
      return [readOther(entry)];
  }
}

/** A tool that Mistral ran, with what came of it if that is told. */
function readExecution({ id, name = "", arguments: sent, info }: Entry): MessagePart[] {
  const call = { arguments: parseJson(sent), type: name };
  const parts: MessagePart[] = [{ type: "server_tool_call", id, name, server_tool_call: call }];
  if (info != null)
    parts.push({
      type: "server_tool_call_response",
      id,
      server_tool_call_response: { ...info, type: name },
    });
  return parts;
}

/** One agent handed over to another, or something that is not known yet. */
function readOther(entry: Entry): MessagePart {
  const { object: _, createdAt: _from, completedAt: _to, ...told } = entry;
  return { ...renamed(told), type: `x_${typeOf(entry).replaceAll(".", "_")}` };
}

function readChunk(chunk: Entry): MessagePart | MessagePart[] {
  if (chunk.type === "tool_file" && chunk.tool === "image_generation")
    return toMediaPart("image", { fileId: chunk.fileId as string }) ?? [];
  return readContentPart(partOnTheWire(chunk) as Parameters<typeof readContentPart>[0]);
}
