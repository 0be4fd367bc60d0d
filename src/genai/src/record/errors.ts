import { memberOf } from "./thrown.js";

const MAX_MESSAGE = 500;
/** Keys by how they begin: of providers, of clouds and of the services that agents use; signed tokens; headers. */
const SECRETS = new RegExp(
  [
    /\b(?:sk|ap|pk|rk|gsk|xai|key)[-_][\w*-]{6,}/,
    // These are beginnings of ordinary names, too.
    /\b(?:hf|r8|pplx|gh[a-z]|github_pat|glpat|xox[a-z])[-_][\w-]{16,}/,
    /\bAIza[\w-]{20,}/,
    /\bA[KS]IA[A-Z\d]{16}\b/,
    /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/,
    /\b(?:Bearer|Basic)\s+[\w.~+/=*-]{6,}/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "gi",
);

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** Parts of a URL that may hold secrets: user and password, and the query, where some APIs expect their key. */
const URLS = /\b(https?:\/\/)(?:[^\s/?#@"']+@)?([^\s?#"'<>]*)(\?[^\s"'<>]*)?/gi;

/** Removes everything that looks like a key from a text. */
export function withoutSecrets(text: string): string {
  return text
    .replace(URLS, (_, scheme, place, query) => `${scheme}${place}${query === undefined ? "" : "?…"}`)
    .replace(SECRETS, "[secret]");
}

/** The class name of an error; `"Error"` only when nothing better is known. */
export function exceptionType(error: unknown): string {
  const name = memberOf(error, "name");
  if (isText(name) && name !== "Error") return name;
  const className = typeof error === "object" ? memberOf(memberOf(error, "constructor"), "name") : undefined;
  if (isText(className) && className !== "Object") return className;
  return isText(name) ? name : "_OTHER";
}

/** A provider's error code, if it looks like one: gateways have put whole sentences there, with the prompt in them. */
export function codeOf(value: unknown): string | undefined {
  return typeof value === "string" && /^[\w.:/-]{1,60}$/.test(value) ? value : undefined;
}

/**
 * `error.type` by one order for all HTTP SDKs: status, then the error's code, then its class, then `_OTHER`.
 * Never the message, whose values have no bound.
 */
export function errorType(error: unknown, providerCode?: string): string {
  if (typeof error !== "object" || error === null) return "_OTHER";
  const status = statusOf(error);
  const code = memberOf(error, "code");
  if (status !== undefined && !isSuccess(status)) return String(status);
  const word = codeOf(code);
  if (word !== undefined) return word;
  // What adapters read of such an error is the same status.
  if (status !== undefined) return exceptionType(error);
  // Gateways put a status there. Other numbers say nothing: `20` of a DOMException does not tell anyone it is an abort.
  if (typeof code === "number" && code >= 400 && code < 600) return String(code);
  return codeOf(providerCode) ?? exceptionType(error);
}

/** The status of the answer that an error tells of. Ollama has a `status_code`, SDKs of Fern and Speakeasy a `statusCode`. */
function statusOf(error: unknown): number | undefined {
  const status = memberOf(error, "status") ?? memberOf(error, "status_code") ?? memberOf(error, "statusCode");
  return typeof status === "number" ? status : undefined;
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** Whether an error is about an answer that came: its message may hold all of it, which is unknown and so cannot be blanked. */
export function isAboutAnswer(error: unknown): boolean {
  const status = statusOf(error);
  return status !== undefined && isSuccess(status);
}

/** What may be written about an error. */
export interface ErrorText {
  type: string;
  message: string | undefined;
  stack: string | undefined;
}

/**
 * The message and stack of an error, without secrets. `said` are the texts of the call that must not be repeated: a
 * validation error may quote the prompt, and a gateway's error page all of it. `given` are the call's other strings. Names
 * of settings are among those, so they are blanked only where they are long, not for merely being quoted. Without `said`,
 * nothing but secrets is blanked.
 */
export function readError(
  error: unknown,
  said?: readonly string[],
  given: readonly string[] = [],
): ErrorText {
  const type = exceptionType(error);
  const original = typeof error === "object" ? memberOf(error, "message") : error;
  if (!isText(original)) return { type, message: undefined, stack: undefined };
  const message = clean(original, type, said, given);
  const told = memberOf(error, "stack");
  if (!isText(told)) return { type, message, stack: undefined };
  // A message that was changed later stands in the stack as it was first.
  const stack = told.includes(original)
    ? told.replace(original, () => message ?? "")
    : `${type}${message === undefined ? "" : `: ${message}`}${framesOf(told)}`;
  return { type, message, stack: withoutSecrets(stack) };
}

/** As {@link readError}, for errors whose whole message is content: keeps only the type and the stack frames. */
export function readErrorType(error: unknown): ErrorText {
  const type = exceptionType(error);
  const [message, told] = [memberOf(error, "message"), memberOf(error, "stack")];
  if (!isText(told)) return { type, message: undefined, stack: undefined };
  const frames = framesOf(isText(message) ? told.replace(message, "") : told);
  return { type, message: undefined, stack: withoutSecrets(`${type}${frames}`) };
}

/** The lines at the end of a stack that tell where the error was made. What stands above them is its message. */
function framesOf(stack: string): string {
  const lines = stack.split("\n");
  const above = lines.findLastIndex((line) => !line.startsWith("    at "));
  return lines
    .slice(above + 1)
    .map((frame) => `\n${frame}`)
    .join("");
}

/** Errors that left one of our operations, with the text that its span recorded. */
const TOLD = new WeakMap<object, ErrorText>();

/** Remembers what was recorded of an error, so that the spans it passes through on its way out record no more. */
export function rememberTold(error: unknown, text: ErrorText): void {
  if (typeof error === "object" && error !== null) TOLD.set(error, text);
}

/** An error as spans record it: `type` is `error.type`, `message` the status message. */
export interface ErrorDescription {
  readonly type: string;
  readonly message: string | undefined;
}

/**
 * Describes an error that passed through the application's code, in at most 500 characters and without secrets. An error
 * that came from a model call is described as on that call's span, so that no prompt shows here that was withheld there.
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

/** A JSON parser quotes what it could not read, which is usually a model's answer. */
function withoutSource(message: string | undefined): string | undefined {
  return message?.replace(/["'].*["']/s, "…");
}

/** How node-fetch, which older SDKs use, reports an answer that is not JSON. */
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
  // A JSON parser quotes the answer, which is unknown here and so cannot be blanked.
  if (type === "SyntaxError" || NO_JSON.test(message)) return undefined;
  return withoutQuotes(withoutRepeats(withoutEcho(safe, given), [...said, ...given]), said);
}

/** A JSON string, possibly inside another JSON string, or cut off at the end of the message. */
const JSON_VALUE = /([:,[]\s*\\*")([^"\\]+)(\\*"|…$)/g;

/** Blanks the request's values that a gateway's error page shows as JSON, however short they are. */
function withoutEcho(message: string, given: readonly string[]): string {
  const values = new Set(given);
  return message.replace(JSON_VALUE, (whole, before: string, value: string, after: string) => {
    const isGiven = values.has(value) || (after === "…" && given.some((text) => text.startsWith(value)));
    return isGiven ? `${before}…${after === "…" ? "" : after}` : whole;
  });
}

/** A quote, with as many backslashes at its end as at its beginning. */
const QUOTE = /(?<!\\)(\\*["'`])((?:(?!(?<!\\)\1).){3,})(?<!\\)\1/gs;

/** Quotes may stand in a quote: some SDKs' messages are the provider's JSON. */
function withoutQuotes(message: string, said: readonly string[]): string {
  return message.replace(QUOTE, (_, quote: string, inner: string) => {
    const isSaid = said.some((text) => text.includes(inner));
    return `${quote}${isSaid ? "…" : withoutQuotes(inner, said)}${quote}`;
  });
}

const RUN = 12;
const BLOCK = RUN / 2;

/** Blanks every run of twelve or more characters that the message has in common with a text of the call. */
function withoutRepeats(message: string, said: readonly string[]): string {
  const shared = new Uint8Array(message.length);
  // Every such run contains a whole block at a multiple of its size, so most searches end after looking for blocks.
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

/** Every string inside a value, at any depth; not bytes or numbers. */
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

/** The strings among a call's parameters, except those a useful message has to name: the model, and ids. */
export function stringsGiven(params: unknown): string[] {
  if (typeof params !== "object" || params === null) return [];
  const told = Object.entries(params).filter(([name]) => !/^(?:model|modelId|(?:.*_)?id)$/.test(name));
  return stringsOf(told.map(([, value]) => value));
}
