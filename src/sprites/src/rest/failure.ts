import {
  ApiError,
  AuthenticationError,
  CheckpointError,
  ConnectionError,
  ExecutionError,
  type RateLimit,
  RestoreError,
  type SpritesError,
  type SpritesErrorOptions,
} from "../errors.js";
import { isObject, readNumber } from "./json.js";

/** An answer that is not a success, read. */
export interface Refusal {
  readonly status: number;
  /** One header of the answer, or nullish. */
  header(name: string): string | null | undefined;
  readonly text: string;
}

/** What was being done: decides the class of the error. */
export type Purpose = keyof typeof ERROR_CLASSES;

/** Error bodies are read up to here, the rest is left on the wire. */
export const MAX_ERROR_BODY = 64 * 1024;
const MAX_MESSAGE = 2048;
/** The class for what was being done. */
export const ERROR_CLASSES = {
  api: ApiError,
  checkpoint: CheckpointError,
  restore: RestoreError,
  exec: ExecutionError,
  proxy: ApiError,
} as const;

/** Those that upgrade to a WebSocket. */
const UPGRADES: ReadonlySet<Purpose> = new Set(["exec", "proxy"]);

/** What servers echo, and no error, span or log may show. */
export interface Secrets {
  readonly token: string;
  /** With its question mark: holds command lines and the environment. */
  readonly query?: string;
}

export function withoutSecrets(text: string, { token, query }: Secrets): string {
  const hidden = text.replaceAll(token, "[token]");
  return query ? hidden.replaceAll(query, "?[query]") : hidden;
}

/** The typed error for a refused request, without the secrets that the server echoed. */
export function toError(refusal: Refusal, purpose: Purpose, secrets: Secrets): SpritesError {
  const { status } = refusal;
  const body = readErrorBody(refusal.text, secrets);
  const fields = isObject(body) ? body : {};
  const options: SpritesErrorOptions = {
    status,
    body,
    errorCode: readErrorCode(fields),
    code: text(fields.code),
    ...(status === 429 && readRateLimit(fields, refusal)),
  };
  const said = text(fields.message) ?? text(fields.error) ?? text(body) ?? rawText(body);
  const message = said?.trim().slice(0, MAX_MESSAGE) || `API error (status ${status})`;
  if (status === 401 || status === 403) return new AuthenticationError(message, options);
  // An upgrade that is answered, but with neither 101 nor a refusal of this request, says nothing of what was asked for.
  if (UPGRADES.has(purpose) && (status >= 500 || status < 400)) return new ConnectionError(message, options);
  return new ERROR_CLASSES[purpose](message, options);
}

/** The typed error for a streamed line in which the server reports a failure, after a status that said otherwise. */
export function toLineError(
  line: Readonly<Record<string, unknown>>,
  purpose: Purpose,
  secrets: Secrets,
): SpritesError {
  const said = text(line.error) ?? text(line.message) ?? text(line.data) ?? "the server reported an error";
  const body = readErrorBody(JSON.stringify(line), secrets);
  return new ERROR_CLASSES[purpose](withoutSecrets(said, secrets), { body });
}

/** A body as an error may hold it: parsed when it is JSON, without secrets. */
function readErrorBody(body: string, secrets: Secrets): unknown {
  try {
    return JSON.parse(body, (_, value) =>
      typeof value === "string" ? withoutSecrets(value, secrets) : value,
    );
  } catch {
    return body === "" ? undefined : withoutSecrets(body, secrets);
  }
}

/** JSON that names no message says more than a status alone, unless there is nothing in it. */
function rawText(body: unknown): string | undefined {
  const holdsSomething = typeof body === "object" && body !== null && Object.keys(body).length > 0;
  return holdsSomething ? JSON.stringify(body) : undefined;
}

function readErrorCode(fields: Record<string, unknown>): string | undefined {
  const code = text(fields.error);
  return code !== undefined && /^[a-z0-9_.]+$/.test(code) ? code : undefined;
}

function readRateLimit(fields: Record<string, unknown>, refusal: Refusal): SpritesErrorOptions {
  const rateLimit: RateLimit = withoutUndefined({
    limit: readNumber(fields.limit) ?? headerNumber(refusal, "x-ratelimit-limit"),
    windowSeconds: readNumber(fields.window_seconds),
    currentCount: readNumber(fields.current_count),
    remaining: headerNumber(refusal, "x-ratelimit-remaining"),
    reset: headerNumber(refusal, "x-ratelimit-reset"),
    upgradeAvailable: typeof fields.upgrade_available === "boolean" ? fields.upgrade_available : undefined,
    upgradeUrl: text(fields.upgrade_url),
  });
  const told = readNumber(fields.retry_after_seconds) ?? 0;
  return { rateLimit, retryAfterSeconds: told > 0 ? told : readRetryAfter(refusal.header("retry-after")) };
}

/** Seconds, or an HTTP date (RFC 9110 10.2.3). Anything else is ignored. */
function readRetryAfter(value: string | null | undefined): number | undefined {
  if (!value) return undefined;
  if (/^\s*\d+(\.\d+)?\s*$/.test(value)) return Number(value);
  const date = /[a-z]/i.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1000));
}

function headerNumber(refusal: Refusal, name: string): number | undefined {
  const value = refusal.header(name);
  return value && /^\s*\d+\s*$/.test(value) ? Number(value) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

function withoutUndefined<T extends object>(record: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}
