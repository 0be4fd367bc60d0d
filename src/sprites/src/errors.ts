/** What a 429 answer tells about the limit that was hit. Fields the server left out are absent. */
export interface RateLimit {
  readonly limit?: number;
  readonly windowSeconds?: number;
  readonly currentCount?: number;
  readonly remaining?: number;
  /** `X-RateLimit-Reset` as sent: seconds, or seconds since 1970, depending on the server. */
  readonly reset?: number;
  readonly upgradeAvailable?: boolean;
  readonly upgradeUrl?: string;
}

/** What every error of this package can carry beside its message. */
export interface SpritesErrorOptions extends ErrorOptions {
  status?: number | undefined;
  errorCode?: string | undefined;
  code?: string | undefined;
  body?: unknown;
  retryAfterSeconds?: number | undefined;
  rateLimit?: RateLimit | undefined;
}

/** Base of every error this package makes. Its text never holds the token, a query string or output of a command. */
export class SpritesError extends Error {
  override readonly name: string = "SpritesError";
  /** HTTP status of the answer, when there was one. */
  declare readonly status: number | undefined;
  /** The server's own code, such as `concurrent_sprite_limit_exceeded`, or `INVALID_STATE` for a call out of order. */
  declare readonly errorCode: string | undefined;
  /** As in Node's errors: `ENOENT` and the like from the sandbox's file system, else the same as `errorCode`. */
  declare readonly code: string | undefined;
  /** The body of the answer: parsed JSON, or text cut at 64 KiB. */
  declare readonly body: unknown;
  declare readonly retryAfterSeconds: number | undefined;
  declare readonly rateLimit: RateLimit | undefined;

  constructor(message: string, { cause, ...fields }: SpritesErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    const all = Object.entries({ ...fields, code: fields.code ?? fields.errorCode });
    // Only what is known becomes a property: an error printed whole shall not list what it does not know.
    Object.assign(this, Object.fromEntries(all.filter(([, value]) => value !== undefined)));
  }
}

/** No usable token at construction, or the server answered 401 or 403. */
export class AuthenticationError extends SpritesError {
  override readonly name = "AuthenticationError";
}

/**
 * The server could not be reached, did not answer in time, refused with 5xx, or the socket was lost before the
 * exit code came. What the command had printed by then stays readable; whether it still runs is unknown.
 */
export class ConnectionError extends SpritesError {
  override readonly name = "ConnectionError";
  /** WebSocket close code; 1006 = no close frame. */
  declare readonly closeCode: number | undefined;
  /** Reason text of the close frame. */
  declare readonly reason: string | undefined;

  constructor(message: string, options: SpritesErrorOptions & { closeCode?: number; reason?: string } = {}) {
    super(message, options);
  }
}

/** A checkpoint could not be made, listed or read. */
export class CheckpointError extends SpritesError {
  override readonly name = "CheckpointError";
  /** The progress stream ended with neither `complete` nor `error`: the outcome is unknown. */
  readonly truncated: boolean;

  constructor(message: string, options: SpritesErrorOptions & { truncated?: boolean } = {}) {
    super(message, options);
    this.truncated = options.truncated ?? false;
  }
}

/** A sandbox could not be put back to a checkpoint. */
export class RestoreError extends SpritesError {
  override readonly name = "RestoreError";
  /** The progress stream ended with neither `complete` nor `error`: the outcome is unknown. */
  readonly truncated: boolean;

  constructor(message: string, options: SpritesErrorOptions & { truncated?: boolean } = {}) {
    super(message, options);
    this.truncated = options.truncated ?? false;
  }
}

/** The server refused the command, or a method was called in a state that does not allow it (`INVALID_STATE`). */
export class ExecutionError extends SpritesError {
  override readonly name = "ExecutionError";
}

/** A time limit of ours elapsed: `run({ timeout })`, or the limit of a REST call or a progress stream. */
export class TimeoutError extends SpritesError {
  override readonly name = "TimeoutError";
}

/** A REST call beside exec, checkpoint and restore was refused. */
export class ApiError extends SpritesError {
  override readonly name = "ApiError";
}

export function invalidState(message: string): ExecutionError {
  return new ExecutionError(message, { errorCode: "INVALID_STATE" });
}
