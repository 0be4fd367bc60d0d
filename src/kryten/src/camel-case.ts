import { isObject, type JsonObject } from "./json.js";

/**
 * Gives a fixed-shape answer of the bridge the spelling of this API, at every depth. What is under a key of
 * `verbatim` belongs to others and stays as it came.
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
