import { SpritesError } from "./errors.js";

// Checks of what an application passes in. None of their messages repeats the value.

/** Limits of a call, as every call takes them. */
interface CallLimits {
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An object of options; none and null, which other languages write for none, are an empty one. */
export function readOptions<T extends object>(options: T | null | undefined): T {
  if (options == null) return {} as T;
  if (typeof options !== "object" || Array.isArray(options)) throw invalidArgument("options", "an object");
  return options;
}

/** Options with the limits among them checked; what is no number of milliseconds the deadline itself refuses. */
export function readLimits<T extends CallLimits>(options: T | null | undefined): T {
  const given = readOptions(options);
  checkSignal(given.signal);
  return given;
}

function checkSignal(signal: AbortSignal | undefined): void {
  // Not `instanceof`: signals of other realms and polyfills work as well.
  if (signal == null || typeof signal.throwIfAborted === "function") return;
  throw invalidArgument("signal", "an AbortSignal");
}

export function checkText(value: unknown, what: string): void {
  if (typeof value !== "string" || value === "") throw invalidArgument(what, "a non-empty string");
}

export function checkFunction(value: unknown, what: string): void {
  if (value != null && typeof value !== "function") throw invalidArgument(what, "a function");
}

/** @throws SpritesError (`INVALID_ARGUMENT`) for what JSON cannot say: a cycle, a bigint. */
export function toJson(value: unknown, what: string): string {
  try {
    return JSON.stringify(value) ?? "null";
  } catch (cause) {
    throw new SpritesError(`${what} cannot be written as JSON`, { errorCode: "INVALID_ARGUMENT", cause });
  }
}

export function invalidArgument(what: string, wanted: string): SpritesError {
  return new SpritesError(`${what} must be ${wanted}`, { errorCode: "INVALID_ARGUMENT" });
}
