import { parseJson } from "@kit/genai/core";

/** Longer texts take too long to read, and what is in them could not be sent. */
const MAX_LENGTH = 200_000;

/** A JSON object in an attribute; `undefined` for anything else. */
export function readObject(value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== "string" || value.length > MAX_LENGTH) return undefined;
  const parsed = parseJson(value);
  return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)
    ? (parsed as Record<string, unknown>)
    : undefined;
}
