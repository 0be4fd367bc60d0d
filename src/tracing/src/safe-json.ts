import { describeError, truncate } from "@kit/genai/core";

const MAX_DEPTH = 12;
/** Most members of a Map or Set that are read. */
const MAX_MEMBERS = 1_000;
/** Space reserved while a container is open, to note how many members were left out. */
const NOTE = 16;

/** Changes a text before it is written, for example to remove what looks like a key. */
type Clean = (text: string) => string;

/**
 * Valid JSON of any value, at most `room` (20 or more) characters long. Whatever does not fit is left out, and the number of
 * omitted members given under `…`. Works like `JSON.stringify`, but cycles, BigInt, throwing getters or `toJSON` and endless
 * arrays do not stop it. Numbers that are not finite are left out of objects; bytes are only counted. `clean` is applied to each string
 * and key, because a change to the finished JSON could make it invalid or too long.
 */
export function toSafeJson(value: unknown, room: number, clean: Clean = (text) => text): string {
  return new Writer(room, clean).write(value);
}

/** Any value as a string; empty if it cannot be converted. */
export function toText(value: unknown): string {
  try {
    return String(value);
  } catch {
    return "";
  }
}

/** `text`, or as much of it as fits, ending in `…`. Never splits a surrogate pair. */
export function cutText(text: string, room: number): string {
  if (text.length <= room) return text;
  return `${truncate(text, room - 1)}…`;
}

class Writer {
  #room: number;
  readonly #clean: Clean;
  readonly #open = new Set<object>();

  constructor(room: number, clean: Clean) {
    this.#room = room;
    this.#clean = clean;
  }

  write(value: unknown): string {
    return this.#value(simplify(value)) ?? "null";
  }

  /** `undefined` if the value has no JSON or there is no room. The space of what is returned has been deducted. */
  #value(value: unknown): string | undefined {
    if (typeof value === "string") return this.#string(value);
    if (typeof value !== "object" || value === null)
      return value === undefined ? undefined : this.#pay(String(value));
    if (this.#open.has(value)) return this.#pay('"[circular]"');
    if (this.#open.size >= MAX_DEPTH) return this.#pay('"[deep]"');
    if (this.#pay("[]".padEnd(NOTE)) === undefined) return undefined;
    this.#open.add(value);
    const parts = Array.isArray(value) ? this.#items(value) : this.#members(value);
    this.#open.delete(value);
    this.#room += NOTE - 2;
    return Array.isArray(value) ? `[${parts.join(",")}]` : `{${parts.join(",")}}`;
  }

  #string(given: string): string | undefined {
    // Cleaning all of a huge text would be slow; what is shown of it comes from its beginning.
    const text = this.#clean(cutText(given, 4 * this.#room + 1));
    const whole = text.length < this.#room ? this.#pay(JSON.stringify(text)) : undefined;
    if (whole !== undefined) return whole;
    // Escapes make a string up to six times longer, so it may have to be cut again.
    for (let keep = this.#room - 2; keep > 8; keep = Math.floor(keep / 2)) {
      const cut = this.#pay(JSON.stringify(cutText(text, keep)));
      if (cut !== undefined) return cut;
    }
    return undefined;
  }

  #items(items: readonly unknown[]): string[] {
    const parts: string[] = [];
    for (let index = 0; index < items.length; index += 1) {
      const part = this.#pay(",") && this.#value(simplify(read(items, index)) ?? null);
      if (part === undefined) return [...parts, `"…${items.length - index}"`];
      parts.push(part);
    }
    return parts;
  }

  #members(from: object): string[] {
    const parts: string[] = [];
    const keys = keysOf(from);
    for (const [index, key] of keys.entries()) {
      const value = simplify(read(from, key));
      if (value === undefined) continue;
      const name = key.length < this.#room ? this.#pay(`${JSON.stringify(this.#clean(key))}:,`) : undefined;
      const part = name && this.#value(value);
      if (name === undefined || part === undefined) return [...parts, `"…":${keys.length - index}`];
      parts.push(`${name.slice(0, -1)}${part}`);
    }
    return parts;
  }

  #pay(text: string): string | undefined {
    if (text.length > this.#room) return undefined;
    this.#room -= text.length;
    return text;
  }
}

const UNREADABLE = "[unreadable]";

function keysOf(value: object): string[] {
  try {
    return Object.keys(value);
  } catch {
    return [];
  }
}

function read(from: object, key: PropertyKey): unknown {
  try {
    return Reflect.get(from, key);
  } catch {
    return UNREADABLE;
  }
}

/** A value as plain data: a primitive that JSON knows, an array, or an object to be read member by member. */
function simplify(value: unknown): unknown {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? value : undefined;
    case "bigint":
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    case "function":
    case "symbol":
      return undefined;
    case "object":
      try {
        return value === null ? null : simplifyObject(value);
      } catch {
        return UNREADABLE;
      }
    default:
      return value;
  }
}

function simplifyObject(value: object): unknown {
  if (ArrayBuffer.isView(value)) return `[${value.constructor.name}, ${value.byteLength} bytes]`;
  if (value instanceof Error) {
    const { type, message } = describeError(value);
    return { name: value.name, type, message };
  }
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === "function") {
    const json: unknown = Reflect.apply(toJSON, value, [""]);
    return typeof json === "object" ? json : simplify(json);
  }
  if (value instanceof Map) return Object.fromEntries(first(value));
  if (value instanceof Set) return first(value);
  if (value instanceof RegExp) return String(value);
  if (value instanceof Number || value instanceof String || value instanceof Boolean) return value.valueOf();
  return value;
}

function first<T>(members: Iterable<T>): T[] {
  const found: T[] = [];
  for (const member of members) if (found.push(member) >= MAX_MEMBERS) break;
  return found;
}
