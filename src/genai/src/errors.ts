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

/** The class name of an error; `"Error"` only when nothing better is known. */
export function exceptionType(error: unknown): string {
  const like = (error ?? {}) as ErrorLike;
  const { name } = like;
  if (isText(name) && name !== "Error") return name;
  const className = typeof error === "object" ? like.constructor?.name : undefined;
  if (isText(className) && className !== "Object") return className;
  return isText(name) ? name : "_OTHER";
}

/**
 * `error.type` by one order for all HTTP SDKs: status, then the error's code, then its class, then `_OTHER`.
 * Never the message, whose values have no bound.
 */
export function errorType(error: unknown, providerCode?: string): string {
  if (typeof error !== "object" || error === null) return "_OTHER";
  const { status, code } = error as ErrorLike;
  if (typeof status === "number") return String(status);
  // Numbers are left out: a DOMException has a legacy one, and `20` tells nobody that a call was aborted.
  if (isText(code)) return code;
  return providerCode ?? exceptionType(error);
}

/** What is needed to write about an error without telling what was in the call. */
export interface ErrorText {
  type: string;
  message: string | undefined;
  stack: string | undefined;
}

/**
 * The words of an error with secrets taken out and, unless `content` may be shown, whatever it quotes of the call:
 * a JSON parser quotes the answer, a validation error the prompt.
 */
export function readError(error: unknown, content: string | undefined): ErrorText {
  const type = exceptionType(error);
  const like = (typeof error === "object" && error !== null ? error : { message: error }) as ErrorLike;
  if (!isText(like.message)) return { type, message: undefined, stack: undefined };
  const original = like.message;
  const message = limit(clean(original, type, content));
  const stack = isText(like.stack) ? like.stack.replace(original, message ?? "") : undefined;
  return { type, message, stack: stack?.replace(SECRETS, "[secret]") };
}

function clean(message: string, type: string, content: string | undefined): string | undefined {
  const safe = message.replace(SECRETS, "[secret]");
  if (content === undefined) return safe;
  if (type === "SyntaxError") return undefined;
  return withoutQuotes(safe, content);
}

/** Blanks what a message repeats of the content: quoted pieces of it, and any longer run of it. */
function withoutQuotes(message: string, content: string): string {
  if (content === "") return message;
  const unquoted = message.replace(/(["'`])((?:(?!\1).){3,})\1/gs, (whole, quote: string, inner: string) =>
    content.includes(inner) || content.includes(JSON.stringify(inner).slice(1, -1))
      ? `${quote}…${quote}`
      : whole,
  );
  let result = unquoted;
  for (const text of content.match(/"(?:[^"\\]|\\.){12,}"/gs) ?? []) {
    const piece = readString(text);
    if (piece !== undefined && result.includes(piece)) result = result.replaceAll(piece, "…");
  }
  return result;
}

function readString(json: string): string | undefined {
  try {
    return JSON.parse(json) as string;
  } catch {
    return undefined;
  }
}

function limit(message: string | undefined): string | undefined {
  if (message === undefined || message.length <= MAX_MESSAGE) return message;
  return `${message.slice(0, MAX_MESSAGE)}…`;
}
