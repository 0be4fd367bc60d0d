import { KrytenValidationError } from "./errors.js";
import { isObject } from "./json.js";
import { holdsBlank } from "./subjects.js";

// Checks of what an application passes in. None of their messages repeats the value.

/** A media item's number in the playlist; digits as text are taken, too. */
export type Uid = number | string;

export function assertChannel(channel: string): void {
  assertText(channel, "channel");
}

/** The bridge pastes the name into a chat command, where a blank would end it. */
export function assertUsername(username: string): void {
  assertText(username, "username");
  if (holdsBlank(username)) {
    throw new KrytenValidationError("username must not hold white space or control characters");
  }
}

export function assertText(text: string, what: string): void {
  if (typeof text !== "string" || text.trim() === "") {
    throw new KrytenValidationError(`${what} must be a non-empty string`);
  }
}

/** Any string, the empty one as well. */
export function assertString(text: string, what: string): void {
  if (typeof text !== "string") throw new KrytenValidationError(`${what} must be a string`);
}

/** The reason of a kick or ban becomes the rest of a chat line. */
export function assertReason(reason: string | undefined): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (reason != null && (typeof reason !== "string" || /[\u0000-\u001f\u007f]/.test(reason))) {
    throw new KrytenValidationError("reason must be a single line of text");
  }
}

/** Undefined when it cannot be one. */
export function readUid(uid: Uid): number | undefined {
  const number = typeof uid === "string" && /^\d+$/.test(uid) ? Number(uid) : uid;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

export function toUid(uid: Uid): number {
  const number = readUid(uid);
  if (number === undefined) throw new KrytenValidationError("uid must be a whole number from 0");
  return number;
}

export function assertNumber(value: number, what: string, min = Number.NEGATIVE_INFINITY): void {
  if (typeof value !== "number" || !Number.isFinite(value) || value < min) {
    const limit = min === Number.NEGATIVE_INFINITY ? "" : ` from ${min}`;
    throw new KrytenValidationError(`${what} must be a number${limit}`);
  }
}

export function assertInteger(value: number, what: string, min = Number.NEGATIVE_INFINITY): void {
  assertNumber(value, what, min);
  if (!Number.isInteger(value)) throw new KrytenValidationError(`${what} must be a whole number`);
}

/** Callbacks are checked when they are given: calling them would fail much later, or never. */
export function assertFunction(value: unknown, what: string): void {
  if (typeof value !== "function") throw new KrytenValidationError(`${what} must be a function`);
}

export function assertBoolean(value: unknown, what: string): void {
  if (typeof value !== "boolean") throw new KrytenValidationError(`${what} must be true or false`);
}

/** `Infinity` waits for ever. */
export function assertSeconds(value: unknown, what = "timeout"): void {
  if (typeof value === "number" && value > 0) return;
  throw new KrytenValidationError(`${what} must be a number of seconds above zero`);
}

/** An object of options; undefined and null count as none. */
export function readOptions<T extends object>(options: T | null | undefined, what = "options"): T {
  if (options == null) return {} as T;
  if (!isObject(options)) throw new KrytenValidationError(`${what} must be an object`);
  return options as T;
}

interface CallOptions {
  domain?: string | undefined;
  timeout?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** The options at the end of a call, with those that every call takes checked. */
export function readCallOptions<T extends CallOptions>(options: T | null | undefined): T {
  const given = readOptions(options);
  if (given.domain !== undefined) assertText(given.domain, "domain");
  if (given.timeout !== undefined) assertSeconds(given.timeout);
  assertSignal(given.signal);
  return given;
}

function assertSignal(signal: AbortSignal | undefined): void {
  // Not `instanceof`: signals of other realms and polyfills work as well.
  if (signal === undefined || typeof signal?.addEventListener === "function") return;
  throw new KrytenValidationError("signal must be an AbortSignal");
}

export function assertFilled(value: object, what: string): void {
  if (!isObject(value) || Object.keys(value).length === 0) {
    throw new KrytenValidationError(`${what} must be an object with at least one key`);
  }
}
