import {
  type Message,
  type MessagePart,
  objectsOf,
  readParts,
  type ToolDefinition,
  textOf,
  toMediaPart,
} from "@kit/genai";

/** Text or media. */
export interface StepContent {
  type?: string;
  text?: string | null;
  data?: string;
  uri?: string;
  mime_type?: string;
}

/** What happened in an interaction: somebody said something, the model thought, or called something. */
export interface Step {
  type?: string;
  content?: readonly (StepContent | string)[] | null;
  summary?: readonly (StepContent | string)[] | null;
  id?: string;
  call_id?: string;
  name?: string;
  arguments?: unknown;
  result?: unknown;
  [more: string]: unknown;
}

export type InteractionInput = string | StepContent | readonly (string | StepContent | Step)[] | null;

/** Reads what is asked: a text, content in a row, or steps of which each is a message. */
export function readInput(input: InteractionInput | undefined): Message[] {
  const items = (input == null ? [] : [input].flat()) as readonly (string | StepContent)[];
  if (items.some(isStep)) return objectsOf(items as readonly Step[]).map(readStep);
  return items.length === 0 ? [] : [{ role: "user", parts: readParts(items, readContent) }];
}

/** Reads what came out, which is one answer. */
export function readOutput(steps: readonly Step[] | null | undefined): Message[] {
  const own = objectsOf(steps).filter(({ type }) => type !== "user_input" && type !== "function_result");
  return own.length === 0 ? [] : [{ role: "assistant", parts: own.flatMap((step) => readStep(step).parts) }];
}

/** Reads functions, and tools of Google's, each under its type. */
export function readStepTools(tools: readonly ToolDefinition[] | null | undefined): ToolDefinition[] {
  return objectsOf(tools).map(({ type, name, ...definition }) =>
    type === "function"
      ? { ...definition, type, name: textOf(name) ?? "" }
      : { type: textOf(type) ?? "tool", name: textOf(name) ?? textOf(type) ?? "tool" },
  );
}

function isStep(item: unknown): boolean {
  const { type } = Object(item) as Step;
  return (
    type === "user_input" ||
    type === "model_output" ||
    type === "thought" ||
    /_(call|result)$/.test(type ?? "")
  );
}

function readStep(step: Step): Message {
  const { type = "", id, call_id, name, signature: _, ...more } = step;
  if (type === "user_input") return { role: "user", parts: readParts(step.content, readContent) };
  const parts = (): MessagePart[] => {
    if (type === "model_output") return readParts(step.content, readContent);
    if (type === "thought") return readParts(step.summary, readThought);
    if (type === "function_call")
      return [{ type: "tool_call", id, name: name ?? "", arguments: more.arguments }];
    if (type === "function_result")
      return [{ type: "tool_call_response", id: call_id, response: more.result }];
    const called = /^(.+)_call$/.exec(type)?.[1];
    if (called !== undefined)
      return [
        { type: "server_tool_call", name: name ?? called, id, server_tool_call: { ...more, type: called } },
      ];
    const told = /^(.+)_result$/.exec(type)?.[1];
    if (told !== undefined)
      return [
        {
          type: "server_tool_call_response",
          id: call_id,
          server_tool_call_response: { ...more, type: told },
        },
      ];
    return [{ ...more, type: `x_${type}` }];
  };
  return { role: type === "function_result" ? "tool" : "assistant", parts: parts() };
}

function readThought(content: StepContent | string): MessagePart | MessagePart[] {
  const part = readContent(content);
  return "type" in part && part.type === "text" ? { type: "reasoning", content: String(part.content) } : part;
}

function readContent(content: StepContent | string): MessagePart | MessagePart[] {
  if (typeof content === "string") return { type: "text", content };
  const { type = "", text, data, uri: url, mime_type: mimeType } = content;
  if (type === "text") return text ? { type: "text", content: text } : [];
  return toMediaPart(type, { data, url, mimeType }) ?? [];
}
