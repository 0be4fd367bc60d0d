/** Waits are in seconds; each has a twin in milliseconds that wins. */
export interface RetryOptions {
  /** Attempts after the first one. @default 3 */
  maxRetries?: number;
  /** Wait before the first retry, in seconds. @default 0.5 */
  initialDelay?: number;
  initialDelayMs?: number;
  /** Upper bound of every wait, of a `Retry-After` too, in seconds. @default 30 */
  maxDelay?: number;
  maxDelayMs?: number;
  /** Each wait is this many times the one before. @default 2 */
  exponentialBase?: number;
  /** Adds a random 0..25 % to each wait. @default true */
  jitter?: boolean;
  /** Statuses worth another attempt. @default [408, 429, 500, 502, 503, 504] */
  retryableStatusCodes?: readonly number[];
}

const RETRYABLE = [408, 429, 500, 502, 503, 504] as const;

/**
 * How failed requests are repeated.
 * @example new RetryConfig({ maxRetries: 5, initialDelay: 0.5, maxDelay: 30, exponentialBase: 2 })
 * @throws RangeError for a number that is negative or not finite.
 */
export class RetryConfig {
  readonly maxRetries: number;
  /** Seconds. */
  readonly initialDelay: number;
  /** Seconds. */
  readonly maxDelay: number;
  readonly exponentialBase: number;
  readonly jitter: boolean;
  readonly retryableStatusCodes: readonly number[];

  constructor(options: RetryOptions = {}) {
    this.maxRetries = options.maxRetries ?? 3;
    this.initialDelay = seconds(options.initialDelayMs, options.initialDelay, 0.5);
    this.maxDelay = seconds(options.maxDelayMs, options.maxDelay, 30);
    this.exponentialBase = options.exponentialBase ?? 2;
    this.jitter = options.jitter ?? true;
    this.retryableStatusCodes = options.retryableStatusCodes ?? RETRYABLE;
    for (const name of ["maxRetries", "initialDelay", "maxDelay", "exponentialBase"] as const) {
      const valid = Number.isFinite(this[name]) && this[name] >= 0;
      if (!valid) throw new RangeError(`retryConfig.${name} must be a number that is not negative`);
    }
  }

  isRetryable(statusCode: number): boolean {
    return this.retryableStatusCodes.includes(statusCode);
  }

  /** Milliseconds to wait after failed attempt `attempt` (0 = the first); a `Retry-After` only lengthens it. */
  delayMs(attempt: number, retryAfterMs = 0, random: () => number = Math.random): number {
    const base = Math.min(this.initialDelay * this.exponentialBase ** attempt, this.maxDelay) * 1000;
    const wait = this.jitter ? base * (1 + 0.25 * random()) : base;
    return Math.max(wait, Math.min(retryAfterMs, this.maxDelay * 1000));
  }
}

/** Picks the value in seconds from an option given in milliseconds, in seconds, or not at all. */
export function seconds(ms: number | undefined, inSeconds: number | undefined, fallback: number): number {
  return ms === undefined ? (inSeconds ?? fallback) : ms / 1000;
}

/** Reads a `Retry-After` header: seconds or an HTTP date. */
export function readRetryAfter(value: string | null, now: number): number | undefined {
  const text = value?.trim();
  if (!text) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
