import { KrytenValidationError } from "./errors.js";

/** A parsed JSON object or any other plain record whose fields are not known yet. */
export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const decoder = new TextDecoder("utf-8", { fatal: true });
const encoder = new TextEncoder();

/** @throws SyntaxError or TypeError when the bytes are not JSON in UTF-8 */
export function parseJson(bytes: Uint8Array): unknown {
  return JSON.parse(decoder.decode(bytes));
}

/** @throws KrytenValidationError for what JSON cannot say: a cycle, a bigint */
export function toJsonBytes(value: unknown): Uint8Array {
  try {
    return encoder.encode(JSON.stringify(value) ?? "null");
  } catch (cause) {
    throw new KrytenValidationError("the value cannot be written as JSON", { cause });
  }
}

/** ISO 8601 with `+00:00`: readers on Python 3.10 refuse `Z`, and a stamp without offset breaks the bridge. */
export function toWireTimestamp(time: Date): string {
  return time.toISOString().replace("Z", "+00:00");
}
