import { isObject } from "../json.js";

/**
 * Renames the keys of a fixed-shape reply to camelCase, at every depth. Values under a key of `verbatim` stay as they
 * are: their keys belong to somebody else.
 */
export function toCamelCase(value: unknown, verbatim: readonly string[] = []): unknown {
  if (Array.isArray(value)) return value.map((entry) => toCamelCase(entry, verbatim));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [
      key.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase()),
      verbatim.includes(key) ? entry : toCamelCase(entry, verbatim),
    ]),
  );
}
