import type { EventData } from "../event/event.js";
import { cut } from "../text/scrub.js";
import { toJson } from "../text/to-json.js";

/** What is cut first, in this order. */
const SHRINKING = [
  "attributes",
  "events",
  "messages",
  "response_preview",
  "args",
  "result",
  "logs",
  "error",
] as const;
/** Kept as long as anything else can be cut: without these an event is useless. */
const KEPT = new Set(["trace_id", "span_id", "parent_span_id", "truncated", ...SHRINKING]);
const SHORT = 200;
/** One round is enough, unless a value serialises differently each time. */
const MAX_ROUNDS = 3;
/** `,"truncated":true` */
const MARK_LENGTH = 17;

/** Cuts `data` until its JSON has at most `maxLength` UTF-16 units, the least important first, and sets `truncated`. */
export function fitData(data: EventData, maxLength: number): EventData {
  let fitted = data;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const excess = toJson(fitted).length - maxLength;
    if (excess <= 0) return fitted;
    fitted = shrink({ ...fitted }, excess + MARK_LENGTH);
  }
  const { trace_id, span_id, parent_span_id } = data;
  return { trace_id, span_id, parent_span_id, summary: "too large", truncated: true };
}

/**
 * Removes `excess` units: shortens one member after the other, and drops them if that is not enough. Each is measured only
 * once, because measuring everything after each cut is slow.
 */
function shrink(data: EventData, excess: number): EventData {
  data.truncated = true;
  const present = [...SHRINKING.filter((key) => data[key] !== undefined), ...othersLongestFirst(data)];
  let rest = excess;
  for (const change of [shortenMember, removeMember]) {
    for (const key of present) {
      if (rest <= 0) return data;
      rest -= change(data, key, rest);
    }
  }
  return data;
}

function othersLongestFirst(data: EventData): string[] {
  return Object.keys(data)
    .filter((key) => !KEPT.has(key) && data[key] !== undefined)
    .map((key) => ({ key, length: toJson(data[key]).length }))
    .toSorted((a, b) => b.length - a.length)
    .map(({ key }) => key);
}

/** Returns by how much the JSON became shorter. */
function shortenMember(data: EventData, key: string, excess: number): number {
  const before = toJson(data[key]).length;
  const shorter = shorten(data[key], before - excess);
  if (shorter === undefined) return removeMember(data, key);
  data[key] = shorter;
  return before - toJson(shorter).length;
}

function removeMember(data: EventData, key: string): number {
  if (data[key] === undefined) return 0;
  const length = toJson(data[key]).length + toJson(key).length + 2;
  delete data[key];
  return length;
}

/** A value whose JSON has about `wanted` units; `undefined` when nothing useful would be left. */
function shorten(value: unknown, wanted: number): unknown {
  if (typeof value === "string") return value.length > SHORT ? shortenText(value, wanted) : value;
  if (typeof value !== "object" || value === null) return value;
  if (wanted < SHORT) return undefined;
  if (Array.isArray(value)) return newest(value, wanted);
  return shortenMembers(value as EventData, wanted);
}

function shortenText(text: string, wanted: number): string {
  // JSON escapes take up to six units a character, so the length that fits has to be searched for.
  let length = Math.max(SHORT, Math.min(text.length, wanted - 2));
  for (;;) {
    const shorter = cut(text, length);
    const units = toJson(shorter).length;
    if (units <= wanted || length <= SHORT) return shorter;
    length = Math.max(SHORT, Math.floor((length * wanted) / units) - 4);
  }
}

function newest(items: readonly unknown[], wanted: number): unknown[] | undefined {
  let length = 2;
  let from = items.length;
  while (from > 0) {
    length += toJson(items[from - 1]).length + 1;
    if (length > wanted) break;
    from--;
  }
  return from < items.length ? items.slice(from) : undefined;
}

/** Cuts long members, the longest first; then drops members, starting with the last. */
function shortenMembers(object: EventData, wanted: number): EventData | undefined {
  const lengths = new Map(Object.keys(object).map((key) => [key, toJson(object[key]).length]));
  const result = { ...object };
  let rest = 1 - wanted;
  for (const [key, length] of lengths) rest += toJson(key).length + length + 2;
  for (const [key, length] of [...lengths].toSorted((a, b) => b[1] - a[1])) {
    if (rest <= 0 || length <= SHORT) break;
    rest -= shortenMember(result, key, rest);
  }
  for (const key of Object.keys(result).toReversed()) {
    if (rest <= 0) break;
    rest -= removeMember(result, key);
  }
  return Object.keys(result).length > 0 ? result : undefined;
}
