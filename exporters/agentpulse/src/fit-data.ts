import type { EventData } from "./event.js";
import { cut } from "./scrub.js";
import { toJson } from "./to-json.js";

/** What gives way first. */
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
/** Kept as long as anything else can give way: without these an event tells nothing. */
const KEPT = new Set(["trace_id", "span_id", "parent_span_id", "truncated", ...SHRINKING]);
const SHORT = 200;
/** `,"truncated":true` */
const MARK_LENGTH = 17;

/** `data` whose JSON has at most `maxLength` UTF-16 units; the less important is cut, and `truncated` says so. */
export function fitData(data: EventData, maxLength: number): EventData {
  const excess = toJson(data).length - maxLength;
  return excess <= 0 ? data : shrink({ ...data }, excess + MARK_LENGTH);
}

/** Takes `excess` units out. The length of each member is measured once: measuring all after each cut is slow. */
function shrink(data: EventData, excess: number): EventData {
  data.truncated = true;
  let rest = excess;
  for (const key of SHRINKING) {
    if (rest <= 0) return data;
    if (data[key] !== undefined) rest -= shrinkMember(data, key, rest);
  }
  const others = Object.keys(data).filter((key) => !KEPT.has(key));
  const longestFirst = others
    .map((key) => ({ key, length: toJson(data[key]).length }))
    .toSorted((a, b) => b.length - a.length);
  for (const { key } of longestFirst) {
    if (rest <= 0) return data;
    rest -= shrinkMember(data, key, rest);
  }
  return data;
}

/** Shortens one member of `data`, or removes it; returns by how much the JSON became shorter. */
function shrinkMember(data: EventData, key: string, excess: number): number {
  const value = data[key];
  const before = toJson(value).length;
  const shorter = shorten(value, before - excess);
  if (shorter === undefined) {
    delete data[key];
    return before + toJson(key).length + 2;
  }
  data[key] = shorter;
  return before - toJson(shorter).length;
}

/** A value whose JSON has about `wanted` units; `undefined` when nothing useful would be left. */
function shorten(value: unknown, wanted: number): unknown {
  if (typeof value === "string") return value.length > SHORT ? shortenText(value, wanted) : undefined;
  if (wanted < SHORT) return undefined;
  if (Array.isArray(value)) return newest(value, wanted);
  return typeof value === "object" && value !== null ? shortenMembers(value as EventData, wanted) : undefined;
}

function shortenText(text: string, wanted: number): string {
  // Characters that JSON escapes take up to six units, so that what fits is found rather than known.
  let length = Math.max(SHORT, Math.min(text.length, wanted));
  let shorter = cut(text, length);
  while (length > SHORT && toJson(shorter).length > wanted) {
    length = Math.max(SHORT, Math.floor(length / 2));
    shorter = cut(text, length);
  }
  return shorter;
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

/** Cuts long texts first, the longest first; then drops members from the last one on. */
function shortenMembers(object: EventData, wanted: number): EventData | undefined {
  const lengths = new Map(Object.keys(object).map((key) => [key, toJson(object[key]).length]));
  let length = 2;
  for (const [key, each] of lengths) length += toJson(key).length + each + 2;
  const result = { ...object };
  for (const [key, each] of [...lengths].toSorted((a, b) => b[1] - a[1])) {
    if (length <= wanted || each <= SHORT) break;
    const shorter = shorten(object[key], Math.max(SHORT, each - (length - wanted)));
    if (shorter === undefined) delete result[key];
    else result[key] = shorter;
    length -= each - (shorter === undefined ? -toJson(key).length - 2 : toJson(shorter).length);
  }
  for (const key of Object.keys(result).toReversed()) {
    if (length <= wanted) break;
    length -= toJson(key).length + toJson(result[key]).length + 2;
    delete result[key];
  }
  return Object.keys(result).length > 0 ? result : undefined;
}
