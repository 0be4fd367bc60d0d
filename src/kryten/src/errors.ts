export interface KrytenErrorOptions extends ErrorOptions {
  /** Machine-readable reason: a code of `nats`, of Node, or one of this package such as `NO_RESPONDERS`. */
  code?: string | undefined;
}

/**
 * Base of everything this package throws. Messages hold no chat text, no credentials and no stored values;
 * what the application or a remote service said is kept in `cause` or in fields of the subclass.
 */
export class KrytenError extends Error {
  override readonly name: string = "KrytenError";
  readonly code: string | undefined;
  constructor(message: string, options: KrytenErrorOptions = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = options.code;
  }
}

/** No connection, the connection ended for good, or nobody serves the subject (`code` is `NO_RESPONDERS`). */
export class KrytenConnectionError extends KrytenError {
  override readonly name = "KrytenConnectionError";
}

/** Refused before anything was sent: a configuration, subject, key or argument that cannot be right. */
export class KrytenValidationError extends KrytenError {
  override readonly name = "KrytenValidationError";
}

/** No answer in time. Whether the other side acted on the request is not known. */
export class KrytenTimeoutError extends KrytenError {
  override readonly name = "KrytenTimeoutError";
}

/** The message did not reach the server, or it is not known whether it did (`ambiguous`). */
export class PublishError extends KrytenError {
  override readonly name = "PublishError";
  /**
   * True when the connection broke after the message was written: it may or may not have arrived.
   * Such a message is never sent again by the client, so that nobody acts on it twice.
   */
  readonly ambiguous: boolean;
  constructor(message: string, options: KrytenErrorOptions & { ambiguous?: boolean } = {}) {
    super(message, options);
    this.ambiguous = options.ambiguous ?? false;
  }
}

/** A handler threw or ran out of time; `cause` is what it threw. */
export class HandlerError extends KrytenError {
  override readonly name = "HandlerError";
}

/** The service answered that it did not do what it was asked. */
export class CommandError extends KrytenError {
  override readonly name = "CommandError";
  readonly command: string;
  readonly service: string;
  /** The whole reply. May quote arguments of the command, which the message leaves out. */
  readonly reply: unknown;
  constructor(message: string, refused: { command: string; service: string; reply: unknown }) {
    super(message);
    this.command = refused.command;
    this.service = refused.service;
    this.reply = refused.reply;
  }
}

/** The `code` of a foreign error, when it has one. */
export function readCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" || typeof code === "number" ? String(code) : undefined;
}
