/** One piece of a message, reduced to what a conversation shows. */
export type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "reasoning"; readonly text: string }
  | {
      readonly kind: "call";
      readonly id: string | undefined;
      readonly name: string;
      readonly arguments: unknown;
    }
  | {
      readonly kind: "response";
      readonly id: string | undefined;
      readonly name: string | undefined;
      readonly result: unknown;
    };

export interface Message {
  readonly role: string;
  readonly parts: readonly Part[];
  /** All of its text as JSON, if that could be cut out of the JSON it was read from. */
  json?: string;
  /** Where older conventions put it; newer ones have an attribute of the span. */
  readonly finishReason?: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads one message as the conventions shape it; undefined for anything else. */
export function readMessage(value: unknown): Message | undefined {
  if (!isFields(value)) return undefined;
  const role = typeof value.role === "string" ? value.role : "user";
  if (Array.isArray(value.parts)) {
    const reason = value.finish_reason;
    const finishReason = typeof reason === "string" && reason !== "" ? { finishReason: reason } : {};
    return { role, parts: readParts(value.parts), ...finishReason };
  }
  // Not the conventions' shape, but the provider's own is close enough to read plain text from.
  if (Array.isArray(value.content)) return { role, parts: readParts(value.content) };
  return typeof value.content === "string"
    ? { role, parts: [{ kind: "text", text: value.content }] }
    : undefined;
}

/** The messages among these values. */
export function readMessages(values: readonly unknown[]): Message[] {
  const messages: Message[] = [];
  for (const value of values) {
    const message = readMessage(value);
    if (message) messages.push(message);
  }
  return messages;
}

/** The texts of system instructions: an array of parts, or plain text. */
export function readInstructions(value: unknown): string[] {
  if (typeof value === "string") return value === "" ? [] : [value];
  if (!Array.isArray(value)) return [];
  const text = textOf(readParts(value));
  return text === "" ? [] : [text];
}

/** What is read aloud of the parts. */
export function textOf(parts: readonly Part[]): string {
  return joined(parts, "text");
}

export function reasoningOf(parts: readonly Part[]): string {
  return joined(parts, "reasoning");
}

function joined(parts: readonly Part[], kind: "text" | "reasoning"): string {
  let text: string | undefined;
  for (const part of parts) {
    if (part.kind === kind) text = text === undefined ? part.text : `${text}\n${part.text}`;
  }
  return text ?? "";
}

export function isSystem(role: string): boolean {
  return role === "system" || role === "developer";
}

export function isAssistant(role: string): boolean {
  return role === "assistant" || role === "model";
}

function readParts(values: readonly unknown[]): Part[] {
  const parts: Part[] = [];
  for (const value of values) {
    const part = readPart(value);
    if (part) parts.push(part);
  }
  return parts;
}

function readPart(value: unknown): Part | undefined {
  if (typeof value === "string") return { kind: "text", text: value };
  if (!isFields(value) || typeof value.type !== "string") return undefined;
  const { type, content = value.text } = value;
  const id = typeof value.id === "string" && value.id !== "" ? value.id : undefined;
  switch (type) {
    case "text":
      return typeof content === "string" ? { kind: "text", text: content } : undefined;
    case "reasoning":
      return typeof content === "string" ? { kind: "reasoning", text: content } : undefined;
    case "tool_call":
      return { kind: "call", id, name: readName(value) ?? "tool", arguments: value.arguments };
    case "tool_call_response":
      return { kind: "response", id, name: readName(value), result: value.response ?? value.result };
    default:
      return { kind: "text", text: toMarker(type, value) };
  }
}

/** Stands for what a conversation cannot show. Addresses are kept, bytes never. */
function toMarker(type: string, part: Fields): string {
  const words = [readName(part), part.modality, part.uri, part.file_id];
  if (type !== "blob") words.push(part.content);
  const kept = words.filter((word) => typeof word === "string" && word !== "" && !word.startsWith("data:"));
  return [`[${type}]`, ...kept].join(" ");
}

function readName(fields: Fields): string | undefined {
  return typeof fields.name === "string" && fields.name !== "" ? fields.name : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
