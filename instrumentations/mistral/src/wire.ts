import type { CompletionUsage } from "@kit/chat-completions";

// The API speaks the format of chat completions. The SDK renames its members, which is undone here, so that both are read
// by the same translation. Only the API's own members are renamed, never what the application or the model put inside.

/** Members that are a name of the API's, as the SDK writes them. */
type Renamed = Readonly<Record<string, unknown>>;

/** What a call used. 1.x keeps members that it does not know apart. */
export interface Usage {
  readonly [member: string]: unknown;
}

/** A message, whole or a piece of one. */
export interface SdkMessage {
  readonly content?: unknown;
  readonly toolCalls?: readonly Renamed[] | null;
  readonly [member: string]: unknown;
}

interface SdkChoice {
  readonly index?: number;
  readonly finishReason?: string | null;
  readonly message?: SdkMessage | null;
  readonly messages?: readonly SdkMessage[] | null;
  readonly delta?: SdkMessage | null;
}

/** A whole answer, or one chunk of a stream. */
export interface SdkAnswer {
  readonly id?: string;
  readonly model?: string;
  readonly choices?: readonly SdkChoice[];
  readonly usage?: Usage | null;
}

/** `promptTokens` is `prompt_tokens`. */
export function renamed(members: Renamed): Record<string, unknown> {
  const wire: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(members)) {
    wire[name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`)] = value;
  }
  return wire;
}

export function usageOnTheWire(usage: Usage | null | undefined): CompletionUsage | null {
  if (usage == null) return null;
  const { additionalProperties, ...members } = usage;
  return { ...renamed(members), ...(additionalProperties as object | undefined) };
}

/** An answer or a chunk as it was sent. */
export function answerOnTheWire({ id, model, choices, usage: used }: SdkAnswer): Record<string, unknown> {
  const usage = usageOnTheWire(used);
  // Where OpenAI has it, beside the usage, it tells what price the tokens have.
  const { service_tier } = (usage ?? {}) as { service_tier?: unknown };
  return { id, model, usage, service_tier, choices: choices?.map(choiceOnTheWire) };
}

function choiceOnTheWire({ index, finishReason, message, messages, delta }: SdkChoice) {
  // Several messages are what an agent with tools of Mistral's answers; the last one is the answer.
  const whole = message ?? messages?.at(-1);
  return {
    index,
    finish_reason: finishReason,
    ...(whole != null && { message: messageOnTheWire(whole) }),
    ...(delta != null && { delta: messageOnTheWire(delta) }),
  };
}

/** A message of the history, or of an answer. */
export function messageOnTheWire({ content, toolCalls, ...members }: SdkMessage): Record<string, unknown> {
  return {
    ...renamed(members),
    content: Array.isArray(content) ? content.map(partOnTheWire) : content,
    ...(toolCalls != null && { tool_calls: toolCalls.map(toolCallOnTheWire) }),
  };
}

/** The SDK writes `null` where a call has no id. */
function toolCallOnTheWire({ id, ...call }: Renamed): Renamed {
  return id === "null" ? call : { id, ...call };
}

/** Sound is its base64 alone or its place, and kinds that a version does not know are kept as they were sent. */
export function partOnTheWire(part: Renamed | null): unknown {
  if (typeof part !== "object" || part === null) return part;
  if (part.isUnknown === true) return part.raw ?? part;
  const { document_url: link, input_audio: audio, ...wire } = renamed(part);
  if (link !== undefined) return { ...wire, file_url: link };
  if (typeof audio === "string") return { ...wire, type: "output_audio", data: audio };
  return audio === undefined ? wire : { ...wire, input_audio: audio };
}
