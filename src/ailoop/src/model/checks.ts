import { invalid } from "../errors.js";

/** A duration on the wire is an unsigned 32-bit count of whole seconds. */
export const MAX_SECONDS = 4_294_967_295;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const CHANNEL = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const RESERVED_CHANNELS = new Set(["system", "admin", "internal", "reserved", "ailoop"]);
/** RFC 3339 with an offset: the server refuses a naive time. */
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** Lower case, as the server sends ids back: correlation compares strings. */
export function checkId(value: unknown, field: string): string {
  if (typeof value !== "string" || !UUID.test(value)) throw invalid(field, "must be a UUID");
  return value.toLowerCase();
}

/** The server checks names on some routes only; here they are checked always. */
export function checkChannel(value: unknown, field = "channel"): string {
  if (typeof value !== "string" || value === "") throw invalid(field, "must be a non-empty string");
  if (value.length > 64) throw invalid(field, "must not be longer than 64 characters");
  if (!CHANNEL.test(value)) {
    throw invalid(field, "must start with a letter or digit and hold only letters, digits, '-' and '_'");
  }
  if (RESERVED_CHANNELS.has(value.toLowerCase())) throw invalid(field, "is a reserved name");
  return value;
}

export function checkText(value: unknown, field: string): string {
  if (typeof value !== "string" || value === "") throw invalid(field, "must be a non-empty string");
  return value;
}

export function checkOptionalString(value: unknown, field: string): void {
  if (value !== undefined && typeof value !== "string") throw invalid(field, "must be a string");
}

export function checkOneOf<Value extends string>(
  value: unknown,
  allowed: Readonly<Record<string, Value>>,
  field: string,
): Value {
  const values = Object.values(allowed);
  if (!values.includes(value as Value)) throw invalid(field, `must be one of ${values.join(", ")}`);
  return value as Value;
}

/** A plain object; class instances would lose their meaning in JSON. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

export function checkPlainObject(value: unknown, field: string): Record<string, unknown> {
  if (!isPlainObject(value)) throw invalid(field, "must be a plain object");
  return value;
}

/** Half a second is rounded up to one: the wire has whole seconds and 0 means "server default". */
export function checkSeconds(value: unknown, field: string): number {
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0) {
    throw invalid(field, "must be a finite number of seconds, 0 or more");
  }
  const seconds = Math.ceil(value);
  if (seconds > MAX_SECONDS) throw invalid(field, `must not exceed ${MAX_SECONDS} seconds`);
  return seconds;
}

export function checkWireSeconds(value: unknown, field: string): number {
  if (!Number.isInteger(value)) throw invalid(field, "must be a whole number of seconds");
  return checkSeconds(value, field);
}

export function checkTimestamp(value: unknown, field: string): string {
  if (typeof value !== "string" || !TIMESTAMP.test(value) || Number.isNaN(Date.parse(value))) {
    throw invalid(field, "must be an RFC 3339 time with offset");
  }
  return value;
}

/** The server opens it on the operator's desktop, so `file:` and friends stay out. */
export function checkWebUrl(value: unknown, field: string): string {
  const text = checkText(value, field);
  if (!/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text)) {
    throw invalid(field, "must be an absolute http or https URL");
  }
  return text;
}

/** Options of a call, the signal among them checked; undefined and null count as none. */
export function checkOptions<Options extends object>(options: Options | null | undefined): Options {
  if (options == null) return {} as Options;
  if (typeof options !== "object" || Array.isArray(options)) throw invalid("options", "must be an object");
  const { signal } = options as { readonly signal?: Partial<AbortSignal> | null };
  // Not `instanceof`: signals of other realms and polyfills work as well.
  if (signal != null && typeof signal.throwIfAborted !== "function") {
    throw invalid("signal", "must be an AbortSignal");
  }
  return options;
}
