export interface ErrorFacts extends ErrorOptions {
  readonly statusCode?: number | undefined;
  readonly detail?: unknown;
  readonly body?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** A request to the collector API failed. The message never holds the API key. */
export class CatSyphonError extends Error {
  override readonly name: string = "CatSyphonError";
  /** HTTP status; undefined when no answer came. */
  readonly statusCode: number | undefined;
  /** The `detail` member of the answer: a text, or a list of validation errors. */
  readonly detail: unknown;
  /** The answer as text. */
  readonly body: string | undefined;
  /** What `Retry-After` asked for. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.statusCode = facts.statusCode;
    this.detail = facts.detail;
    this.body = facts.body;
    this.retryAfterMs = facts.retryAfterMs;
  }
}

/** The server did not answer, or answered that it cannot for now, and the attempts are used up. Send again later. */
export class RetryableError extends CatSyphonError {
  override readonly name: string = "RetryableError";
}

/** The server refused the request; the same request will be refused again. */
export class NonRetryableError extends CatSyphonError {
  override readonly name: string = "NonRetryableError";
}

/** The credentials are wrong, missing, disabled, or belong to a collector that does not own the session. */
export class AuthenticationError extends NonRetryableError {
  override readonly name = "AuthenticationError";
}
