/** What an error of this package carries besides its message. */
interface ErrorDetails extends ErrorOptions {
  readonly status?: number | undefined;
  readonly body?: unknown;
  readonly messageId?: string | undefined;
}

/** Base of everything this package throws, aborts excepted: those reject with the signal's own reason. */
export class AiloopError extends Error {
  override readonly name: string = "AiloopError";
  /** Stable and machine readable, for example `TIMEOUT_ERROR`. */
  readonly code: string = "AILOOP_ERROR";
  /** HTTP status, when the server answered. */
  readonly status: number | undefined;
  /** What the server said: parsed JSON, else its text. May quote what was sent: keep it out of logs. */
  readonly body: unknown;
  /** The message the operation was about. */
  readonly messageId: string | undefined;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, "cause" in details ? { cause: details.cause } : undefined);
    this.status = details.status;
    this.body = details.body;
    this.messageId = details.messageId;
  }
}

/** The server was not reached, broke off, answered 5xx, or this client is closed. */
export class ConnectionError extends AiloopError {
  override readonly name: string = "ConnectionError";
  override readonly code: string = "CONNECTION_ERROR";
}

/** The server wants a token, or another one (401, 403). */
export class AuthenticationError extends ConnectionError {
  override readonly name: string = "AuthenticationError";
  override readonly code: string = "AUTHENTICATION_ERROR";
}

/** Data that the client refused before sending, that the server refused, or a reply that is not a message. */
export class ValidationError extends AiloopError {
  override readonly name: string = "ValidationError";
  override readonly code: string = "VALIDATION_ERROR";
  /** Path of the offending field, for example `content.options[1].id`. */
  readonly field: string | undefined;

  constructor(message: string, details: ErrorDetails & { readonly field?: string | undefined } = {}) {
    super(message, details);
    this.field = details.field;
  }
}

/** The server does not know the message (it keeps the newest 1000 of a channel, in memory). */
export class NotFoundError extends ValidationError {
  override readonly name: string = "NotFoundError";
  override readonly code: string = "NOT_FOUND";
}

/** Nothing came in time: an HTTP reply, the echo of a frame, or a person's answer (`messageId` is the prompt). */
export class TimeoutError extends AiloopError {
  override readonly name: string = "TimeoutError";
  override readonly code: string = "TIMEOUT_ERROR";
}

/** A refusal that names the field, as `channel: …`; never quotes the value, which may be content. */
export function invalid(field: string, rule: string, cause?: unknown): ValidationError {
  return new ValidationError(`${field}: ${rule}`, cause === undefined ? { field } : { field, cause });
}
