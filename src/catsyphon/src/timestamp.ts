const ISO = /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:[.,](\d+))?\s*(Z|[+-]\d\d:?\d\d)?$/i;

/**
 * A time as the wire wants it: UTC, six fraction digits (more are cut), `Z`. Text without a zone is UTC.
 * @throws TypeError when it is no time.
 */
export function formatTimestamp(time: Date | string): string {
  if (time instanceof Date) return formatMs(time.getTime());
  if (typeof time !== "string") throw new TypeError("a time must be a Date or ISO 8601 text");
  const text = time.trim();
  const [, base, fraction = "", zone = "Z"] = ISO.exec(text) ?? [];
  const ms = Date.parse(`${base?.replace(" ", "T")}${zone.toUpperCase()}`);
  if (base === undefined || Number.isNaN(ms)) throw new TypeError(`not a time: ${text.slice(0, 40)}`);
  return `${new Date(ms).toISOString().slice(0, 19)}.${fraction.padEnd(6, "0").slice(0, 6)}Z`;
}

/** A time in microseconds since 1970 as the wire wants it. */
export function formatMicros(micros: number): string {
  const ms = Math.floor(micros / 1000);
  const rest = String(micros - ms * 1000).padStart(3, "0");
  return `${new Date(ms).toISOString().slice(0, -1)}${rest}Z`;
}

/** Reads a time of the server, which leaves the zone (UTC) out on some databases. */
export function readTimestamp(text: string): Date {
  return new Date(/(Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`);
}

function formatMs(ms: number): string {
  if (Number.isNaN(ms)) throw new TypeError("not a time: Invalid Date");
  return formatMicros(ms * 1000);
}
