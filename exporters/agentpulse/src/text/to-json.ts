const MAX_DEPTH = 32;

/** JSON of any value, including cycles and throwing objects; an empty string if there is none. */
export function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return JSON.stringify(toPlain(value)) ?? "";
  }
}

/** A copy that JSON can represent: dates as ISO strings, bigints as strings; anything else is left out. */
export function toPlain(value: unknown, above: readonly object[] = []): unknown {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value === "string" || typeof value === "boolean" || value === null) return value;
  if (typeof value !== "object") return undefined;
  if (above.includes(value) || above.length >= MAX_DEPTH) return undefined;
  try {
    return copyObject(value, [...above, value]);
  } catch {
    return undefined;
  }
}

function copyObject(value: object, above: readonly object[]): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => toPlain(item, above) ?? null);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  const copy: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    const plain = toPlain(member, above);
    if (plain !== undefined && key !== "__proto__") copy[key] = plain;
  }
  return copy;
}
