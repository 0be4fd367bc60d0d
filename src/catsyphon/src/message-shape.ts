import type { AuthorRole, MessageType } from "./event.js";
import { sanitize } from "./sanitize.js";

const ROLES: Readonly<Record<string, AuthorRole>> = {
  user: "human",
  human: "human",
  assistant: "assistant",
  model: "assistant",
  ai: "assistant",
  system: "system",
  developer: "system",
  tool: "tool",
  function: "tool",
  caller: "caller",
  agent: "agent",
};

const DEFAULT_TYPES: Readonly<Record<AuthorRole, MessageType>> = {
  human: "prompt",
  caller: "prompt",
  assistant: "response",
  agent: "response",
  system: "context",
  tool: "tool_result",
};

/** @throws TypeError for a role the server has no name for. */
export function toAuthorRole(role: string): AuthorRole {
  const mapped = Object.hasOwn(ROLES, role) ? ROLES[role] : undefined;
  if (typeof role !== "string") throw new TypeError(`role must be one of ${Object.keys(ROLES).join(", ")}`);
  if (!mapped)
    throw new TypeError(`unknown role "${role.slice(0, 40)}"; use one of ${Object.keys(ROLES).join(", ")}`);
  return mapped;
}

export function defaultMessageType(role: AuthorRole): MessageType {
  return DEFAULT_TYPES[role];
}

/** @throws TypeError when `value` is not one of `allowed`. */
export function requireOneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  if ((allowed as readonly string[]).includes(value)) return value as T;
  throw new TypeError(`${name} must be one of ${allowed.join(", ")}`);
}

/** `{ inputTokens: 3.2 }` becomes `{ input_tokens: 3 }`: the server takes whole numbers only. */
export function toTokenUsage(usage: Readonly<Record<string, unknown>>): Record<string, number> {
  const result: Record<string, number> = {};
  for (const [key, value] of Object.entries(usage)) {
    if (typeof value !== "number" || !Number.isSafeInteger(Math.round(value))) continue;
    result[key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)] = Math.round(value);
  }
  return result;
}

/** The server takes an object only. */
export function toParameters(parameters: unknown): Record<string, unknown> {
  if (parameters === undefined || parameters === null) return {};
  const isPlain = typeof parameters === "object" && !Array.isArray(parameters);
  return isPlain ? (parameters as Record<string, unknown>) : { value: parameters };
}

/** The server takes text only. */
export function toResultText(result: unknown): string {
  if (typeof result === "string") return result;
  return result === undefined ? "" : JSON.stringify(sanitize(result));
}
