/**
 * Checks of what an application passes in. They throw TypeErrors that name the argument and what it must be, and
 * never repeat its value.
 */
export function requireText(what: string, value: unknown): string {
  if (typeof value === "string" && value.trim() !== "") return value;
  throw new TypeError(`${what} must be a non-empty string`);
}

/** Text, or nothing. */
export function checkText(what: string, value: unknown): void {
  if (value != null && typeof value !== "string") throw new TypeError(`${what} must be a string`);
}

export function requireObject<T extends object>(what: string, value: T | null | undefined): T {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new TypeError(`${what} must be an object`);
}

export function checkFunction(what: string, value: unknown): void {
  if (value != null && typeof value !== "function") throw new TypeError(`${what} must be a function`);
}

interface WithSignal {
  readonly signal?: AbortSignal | undefined;
}

/** Options; none and null, which other languages write for none, are an empty object. */
export function readOptions<T extends object>(options: T | null | undefined): T {
  const given = options == null ? ({} as T) : requireObject("options", options);
  const { signal } = given as WithSignal;
  // Not `instanceof`: signals of other realms and polyfills work as well.
  if (signal != null && typeof signal.throwIfAborted !== "function") {
    throw new TypeError("signal must be an AbortSignal");
  }
  return given;
}

/** @throws RangeError unless it is a number from `least` up. */
export function requireNumber(what: string, value: unknown, least: number): number {
  if (typeof value === "number" && value >= least) return value;
  throw new RangeError(`${what} must be a number, at least ${least}`);
}
