const UNSERIALIZABLE = "[unserializable]";
/** Python's JSON reader gives up on deep nesting with a server error; nothing sensible is nested deeper. */
const MAX_DEPTH = 100;

/** A value as JSON carries it. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/**
 * Turns anything into JSON the server can store. NUL characters and lone surrogates make it refuse a whole
 * batch, in keys as well as in values; so do values JSON has no word for.
 */
export function sanitize(value: unknown): Json {
  return convert(value, []) ?? null;
}

/** Whether `sanitize` would change nothing in what `JSON.stringify` makes of the value. Looks, and copies nothing. */
export function isClean(value: unknown, depth = 0): boolean {
  switch (typeof value) {
    case "string":
      return value.isWellFormed() && !value.includes("\0");
    case "number":
      return Number.isFinite(value);
    case "boolean":
    case "undefined":
      return true;
    case "object":
      return value === null || (depth < MAX_DEPTH && hasCleanMembers(value, depth + 1));
    default:
      return false;
  }
}

function hasCleanMembers(value: object, depth: number): boolean {
  if (Array.isArray(value)) return value.every((item) => isClean(item, depth));
  if (Object.getPrototypeOf(value) !== Object.prototype || "toJSON" in value) return false;
  for (const key in value) {
    if (!isClean(key) || !isClean((value as Readonly<Record<string, unknown>>)[key], depth)) return false;
  }
  return true;
}

/** Removes NUL characters, and replaces lone surrogates by U+FFFD. */
export function sanitizeText(text: string): string {
  const clean = text.includes("\0") ? text.replaceAll("\0", "") : text;
  return clean.isWellFormed() ? clean : clean.toWellFormed();
}

function convert(value: unknown, path: unknown[]): Json | undefined {
  switch (typeof value) {
    case "string":
      return sanitizeText(value);
    case "number":
      return Number.isFinite(value) ? value : null;
    case "boolean":
      return value;
    case "bigint":
      return value.toString();
    case "undefined":
      return undefined;
    case "object":
      return value === null ? null : convertObject(value, path);
    default:
      return UNSERIALIZABLE;
  }
}

function convertObject(value: object, path: unknown[]): Json | undefined {
  if (path.includes(value) || path.length >= MAX_DEPTH) return UNSERIALIZABLE;
  path.push(value);
  try {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    if (Array.isArray(value)) return value.map((item) => convert(item, path) ?? null);
    if ("toJSON" in value && typeof value.toJSON === "function") return convert(value.toJSON(), path);
    return convertMembers(value as Readonly<Record<string, unknown>>, path);
  } catch {
    return UNSERIALIZABLE;
  } finally {
    path.pop();
  }
}

function convertMembers(value: Readonly<Record<string, unknown>>, path: unknown[]): Json {
  const result: { [key: string]: Json } = {};
  for (const key of Object.keys(value)) {
    const converted = convert(value[key], path);
    if (converted === undefined) continue;
    const name = sanitizeText(key);
    if (name !== "__proto__") result[name] = converted;
    // It must stay a key.
    else Object.defineProperty(result, name, { value: converted, ...ORDINARY });
  }
  return result;
}

const ORDINARY = { configurable: true, enumerable: true, writable: true } as const;

/** JSON text with the keys of every object in order, so that equal values give equal texts. */
export function stableJson(value: Json): string {
  return JSON.stringify(value, (_, member) => {
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
