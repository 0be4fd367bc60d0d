/** Narrow readers for JSON from the server: a field of another type than expected counts as absent. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function readObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

export function readString(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Ids come as strings from today's servers and as integers from older ones. */
export function readId(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

export function readNumber(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

export function readStrings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

/** RFC 3339, with any number of fractional digits. Absent or unreadable is an invalid date, never "now". */
export function readTime(value: unknown): Date {
  return new Date(typeof value === "string" ? value : Number.NaN);
}
