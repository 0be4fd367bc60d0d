import { isObject, type JsonObject } from "./json.js";

/**
 * Renames the keys of a fixed-shape reply to camelCase, at every depth. Values under a key of `verbatim` stay as they
 * are: their keys belong to somebody else.
 */
export function toCamelCase(value: unknown, verbatim: readonly string[] = []): unknown {
  if (Array.isArray(value)) return value.map((entry) => toCamelCase(entry, verbatim));
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const [key, entry] of Object.entries(value)) {
    const name = key.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
    result[name] = verbatim.includes(key) ? entry : toCamelCase(entry, verbatim);
  }
  return result;
}
