import { ATTR, truncate } from "@kit/genai/core";
import type { ReadableSpan } from "../readable-span.js";
import { sha256 } from "./fingerprint.js";
import { type Message, readInstructions, readMessages } from "./message.js";
import { keepTextJson } from "./text-json.js";

/** What was captured of a model call. */
export interface CapturedContent {
  readonly instructions: readonly string[];
  /** The chat history: JSON text or an array, still unread. */
  readonly input: unknown;
  readonly output: readonly Message[];
}

const DETAILS_EVENT = "gen_ai.client.inference.operation.details";

/** Undefined when the instrumentation captured no content at all. */
export function readContent(span: ReadableSpan): CapturedContent | undefined {
  const details = span.events.find((event) => event.name === DETAILS_EVENT)?.attributes;
  const pick = (name: string): unknown => span.attributes[name] ?? details?.[name];
  const instructions = pick(ATTR.systemInstructions);
  const input = pick(ATTR.inputMessages);
  const output = pick(ATTR.outputMessages);
  if (instructions === undefined && input === undefined && output === undefined) return undefined;
  return {
    instructions: readInstructions(parse(instructions)),
    input,
    output: readOutput(output),
  };
}

function readOutput(output: unknown): readonly Message[] {
  const messages = readMessages(toArray(parse(output)));
  if (typeof output === "string") keepTextJson(messages.at(-1), output);
  return messages;
}

/** JSON text as its value; other text, and anything else, as it is. */
export function parse(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** The server takes an object only; what a model writes may be anything. */
export function toParameters(value: unknown): Record<string, unknown> {
  const parsed = parse(value);
  if (parsed === undefined || parsed === null || parsed === "") return {};
  const isPlain = typeof parsed === "object" && !Array.isArray(parsed);
  return isPlain ? (parsed as Record<string, unknown>) : { value: parsed };
}

/** The server takes text only. */
export function toText(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined ? "" : (JSON.stringify(value) ?? "");
}

/** Cuts every long text in a value, saying how much is gone. The value itself, when there is none. */
export function cutTexts<T>(value: T, maxChars: number): T {
  return hasLongText(value, maxChars) ? (cutAll(value, maxChars) as T) : value;
}

function hasLongText(value: unknown, maxChars: number): boolean {
  if (typeof value === "string") return value.length > maxChars;
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some((item) => hasLongText(item, maxChars));
  for (const key in value) if (hasLongText((value as Record<string, unknown>)[key], maxChars)) return true;
  return false;
}

function cutAll(value: unknown, maxChars: number): unknown {
  if (typeof value === "string") return cut(value, maxChars);
  if (Array.isArray(value)) return value.map((item) => cutAll(item, maxChars));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, cutAll(member, maxChars)]));
}

function cut(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const kept = truncate(text, maxChars);
  return `${kept}…[truncated ${text.length - kept.length}]`;
}

/**
 * A session id the server can hold and find again: slashes would make it unreachable, and longer ones than 255
 * characters are refused.
 */
export function toSessionId(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what has to go.
  const clean = text.replace(/[/\\\u0000-\u001f\u007f]/g, "_").toWellFormed();
  if (clean.length <= 255) return clean;
  return `${truncate(clean, 222)}~${sha256(clean)}`;
}

function toArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
