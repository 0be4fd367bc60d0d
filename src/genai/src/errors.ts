const MAX_MESSAGE = 500;
const SECRETS =
  /\b(?:sk|ap|pk|rk|gsk|xai|key)[-_][\w*-]{6,}|\b(?:Bearer|Basic)\s+[\w.~+/=*-]{6,}|\bAIza[\w-]{20,}/gi;

interface ErrorLike {
  name?: unknown;
  code?: unknown;
  status?: unknown;
  message?: unknown;
  stack?: unknown;
  constructor?: { name?: unknown };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** What URLs carry for their servers alone: user and password, and a query, in which some take the key. */
const URLS = /\b(https?:\/\/)(?:[^\s/?#@"']+@)?([^\s?#"'<>]*)(\?[^\s"'<>]*)?/gi;

/** A text with everything taken out that looks like a key. */
export function withoutSecrets(text: string): string {
  return text
    .replace(URLS, (_, scheme, place, query) => `${scheme}${place}${query === undefined ? "" : "?…"}`)
    .replace(SECRETS, "[secret]");
}

/** The class name of an error; `"Error"` only when nothing better is known. */
export function exceptionType(error: unknown): string {
  const like = (error ?? {}) as ErrorLike;
  const { name } = like;
  if (isText(name) && name !== "Error") return name;
  const className = typeof error === "object" ? like.constructor?.name : undefined;
  if (isText(className) && className !== "Object") return className;
  return isText(name) ? name : "_OTHER";
}

/** A provider's code, where it can be one of few: gateways have put sentences in its place, with the prompt in them. */
export function codeOf(value: unknown): string | undefined {
  return typeof value === "string" && /^[\w.:/-]{1,60}$/.test(value) ? value : undefined;
}

/**
 * `error.type` by one order for all HTTP SDKs: status, then the error's code, then its class, then `_OTHER`.
 * Never the message, whose values have no bound.
 */
export function errorType(error: unknown, providerCode?: string): string {
  if (typeof error !== "object" || error === null) return "_OTHER";
  const { status, code } = error as ErrorLike;
  if (typeof status === "number") return String(status);
  const word = codeOf(code);
  if (word !== undefined) return word;
  // Gateways put a status there. Other numbers are left out: `20` of a DOMException tells nobody that it is an abort.
  if (typeof code === "number" && code >= 400 && code < 600) return String(code);
  return codeOf(providerCode) ?? exceptionType(error);
}

/** What may be written about an error. */
export interface ErrorText {
  type: string;
  message: string | undefined;
  stack: string | undefined;
}

/**
 * The words of an error with secrets taken out. `said` are the texts of the call that must not be repeated:
 * a validation error quotes the prompt, a gateway's error page all of it. `given` are all others that the call was
 * given; names of settings are among them, so those count where they are long, and not for being quoted. Without
 * `said` the error is told as it is.
 */
export function readError(
  error: unknown,
  said?: readonly string[],
  given: readonly string[] = [],
): ErrorText {
  const type = exceptionType(error);
  const like = (typeof error === "object" && error !== null ? error : { message: error }) as ErrorLike;
  if (!isText(like.message)) return { type, message: undefined, stack: undefined };
  const original = like.message;
  const message = clean(original, type, said, given);
  const stack = isText(like.stack) ? like.stack.replace(original, () => message ?? "") : undefined;
  return { type, message, stack: stack && withoutSecrets(stack) };
}

/** As {@link readError} for errors whose message is content by itself: only type and stack frames are left. */
export function readErrorType(error: unknown): ErrorText {
  const { type, stack } = readError(error);
  const { message } = (error ?? {}) as ErrorLike;
  const frames = isText(message)
    ? stack?.slice(stack.lastIndexOf("\n    at ", stack.indexOf("\n    at ")))
    : stack;
  return { type, message: undefined, stack: frames === undefined ? undefined : `${type}${frames}` };
}

/** Errors that left an operation of ours, with the words in which its span told them. */
const TOLD = new WeakMap<object, ErrorText>();

/** Notes how an operation told an error, so that whatever it passes through on its way out tells no more. */
export function rememberTold(error: unknown, text: ErrorText): void {
  if (typeof error === "object" && error !== null) TOLD.set(error, text);
}

/** An error as spans tell it: `type` is `error.type`, `message` the status message. */
export interface ErrorDescription {
  readonly type: string;
  readonly message: string | undefined;
}

/**
 * Describes an error that passed through code of the application: at most 500 characters, secrets taken out. What
 * came from a model call is told as its own span told it, so that no prompt shows here that was kept back there.
 * Never throws.
 */
export function describeError(error: unknown): ErrorDescription {
  try {
    const told = typeof error === "object" && error !== null ? TOLD.get(error) : undefined;
    const { type, message } = told ?? readError(error);
    return { type: errorType(error), message: type === "SyntaxError" ? withoutSource(message) : message };
  } catch {
    return { type: "_OTHER", message: undefined };
  }
}

/** A JSON parser quotes what it could not read, which is mostly a model's answer. */
function withoutSource(message: string | undefined): string | undefined {
  return message?.replace(/["'].*["']/s, "…");
}

/** How node-fetch, which older SDKs bring along, tells that an answer is no JSON. */
const NO_JSON = /^invalid json response body at /;

function clean(
  message: string,
  type: string,
  said: readonly string[] | undefined,
  given: readonly string[],
): string | undefined {
  const short = message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE)}…`;
  const safe = withoutSecrets(short);
  if (said === undefined) return safe;
  // A JSON parser quotes the answer, of which nothing is known here.
  if (type === "SyntaxError" || NO_JSON.test(message)) return undefined;
  return withoutQuotes(withoutRepeats(withoutEcho(safe, given), [...said, ...given]), said);
}

/** A value of JSON, also of JSON in a text of JSON, and one that the end of a cut message cuts. */
const JSON_VALUE = /([:,[]\s*\\*")([^"\\]+)(\\*"|…$)/g;

/** Blanks the values of a request that a gateway's page shows as JSON, however short. */
function withoutEcho(message: string, given: readonly string[]): string {
  const values = new Set(given);
  return message.replace(JSON_VALUE, (whole, before: string, value: string, after: string) => {
    const isGiven = values.has(value) || (after === "…" && given.some((text) => text.startsWith(value)));
    return isGiven ? `${before}…${after === "…" ? "" : after}` : whole;
  });
}

function withoutQuotes(message: string, said: readonly string[]): string {
  return message.replace(/(["'`])((?:(?!\1).){3,})\1/gs, (whole, quote: string, inner: string) =>
    said.some((text) => text.includes(inner)) ? `${quote}…${quote}` : whole,
  );
}

const RUN = 12;
const BLOCK = RUN / 2;

/** Blanks every run of twelve or more characters that the message shares with a text of the call. */
function withoutRepeats(message: string, said: readonly string[]): string {
  const shared = new Uint8Array(message.length);
  // Any run of that length holds a whole block at a multiple of its size: most searches end with the blocks.
  for (let start = 0; start + BLOCK <= message.length; start += BLOCK) {
    const block = message.slice(start, start + BLOCK);
    for (const text of said) if (text.includes(block)) markRuns(message, start, text, shared);
  }
  let result = "";
  for (let index = 0; index < message.length; index += 1) {
    if (shared[index] === 0) result += message[index];
    else if (shared[index - 1] !== 1) result += "…";
  }
  return result;
}

function markRuns(message: string, block: number, text: string, shared: Uint8Array): void {
  for (let start = Math.max(0, block - RUN + BLOCK); start <= block; start += 1) {
    const run = message.slice(start, start + RUN);
    if (run.length === RUN && text.includes(run)) shared.fill(1, start, start + RUN);
  }
}

/** Every string inside a value, as a reader of an error message would look for them; bytes and numbers are none. */
export function stringsOf(
  value: unknown,
  found: string[] = [],
  depth = 0,
  seen = new Set<object>(),
): string[] {
  if (typeof value === "string") found.push(value);
  else if (typeof value === "object" && value !== null && depth < 12 && !seen.has(value)) {
    if (ArrayBuffer.isView(value)) return found;
    seen.add(value);
    for (const member of Object.values(value)) stringsOf(member, found, depth + 1, seen);
  }
  return found;
}

/** The strings among the parameters of a call, but for what a message must name to be of use: model and ids. */
export function stringsGiven(params: unknown): string[] {
  if (typeof params !== "object" || params === null) return [];
  const told = Object.entries(params).filter(([name]) => !/^(?:model|(?:.*_)?id)$/.test(name));
  return stringsOf(told.map(([, value]) => value));
}
