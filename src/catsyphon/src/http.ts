import { requireText } from "./arguments.js";
import { AuthenticationError, type CatSyphonError, NonRetryableError, RetryableError } from "./errors.js";
import { type RetryConfig, readRetryAfter } from "./retry.js";

/** The longest delay of a timer. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** JSON that contains one list, as the pieces it consists of; the commas between the items are left out. */
export interface ListBody {
  readonly before: string;
  /** Bytes are UTF-8. */
  readonly items: readonly (string | readonly (string | Uint8Array)[])[];
  readonly after: string;
}

/** What became of a request that was answered. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfterMs: number | undefined;
}

/** Posts JSON by other means than `fetch`; `undefined` where that has to do it. Rejects when no whole answer comes. */
export type Post = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string | ListBody,
  signal: AbortSignal,
) => Promise<Answer | undefined>;

export interface HttpOptions {
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly retry: RetryConfig;
  readonly fetch: typeof fetch | undefined;
  readonly post?: Post | undefined;
  /** Never to appear in an error, even when the server repeats it. */
  readonly secret?: string;
  /** Narrows what is retried: a request that is not idempotent must not be sent again after a lost answer. */
  readonly mayRetry?: (error: CatSyphonError) => boolean;
}

export interface HttpRequest {
  readonly method: "GET" | "POST";
  /** Appended to the base URL, whose own path prefix stays. */
  readonly path: string;
  /** To be sent as JSON. */
  readonly body?: unknown;
  /** The same, as JSON already. */
  readonly list?: ListBody;
  readonly signal?: AbortSignal | undefined;
}

/** `http://host/api/` becomes `http://host/api`. @throws TypeError for anything but an http(s) URL. */
export function normalizeServerUrl(serverUrl: string): string {
  const trimmed = requireText("serverUrl", serverUrl).trim().replace(/\/+$/, "");
  if (!/^https?:\/\/[^/]/i.test(trimmed) || !URL.canParse(trimmed)) {
    throw new TypeError("serverUrl must be an http or https URL");
  }
  return trimmed;
}

/** Speaks JSON with the collector API; repeats what is worth repeating, and turns the rest into typed errors. */
export class CollectorHttp {
  readonly #options: HttpOptions;
  readonly #jsonHeaders: Readonly<Record<string, string>>;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#jsonHeaders = { ...options.headers, "Content-Type": "application/json" };
  }

  /** @throws CatSyphonError, or the reason of `signal` when that aborts. */
  async request(request: HttpRequest): Promise<unknown> {
    const { retry, mayRetry } = this.#options;
    for (let attempt = 0; ; attempt++) {
      request.signal?.throwIfAborted();
      const { value, error } = await this.#attempt(request);
      if (!error) return value;
      const worthwhile = error instanceof RetryableError && (mayRetry?.(error) ?? true);
      if (!worthwhile || attempt >= retry.maxRetries) throw error;
      await pause(retry.delayMs(attempt, error.retryAfterMs), request.signal);
    }
  }

  /** The POST of some JSON, for whoever makes it by other means. */
  toPost(path: string, list: ListBody) {
    const { baseUrl } = this.#options;
    return { url: `${baseUrl}${path}`, headers: this.#jsonHeaders, body: Buffer.from(toText(list)) };
  }

  async #attempt(request: HttpRequest): Promise<{ value?: unknown; error?: CatSyphonError }> {
    const { baseUrl, timeoutMs } = this.#options;
    const { signal } = request;
    const url = `${baseUrl}${request.path}`;
    const controller = new AbortController();
    const abort = () => controller.abort(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    const expire = () => controller.abort(new Error(`no answer within ${timeoutMs} ms`));
    // Node's timers fire at once for longer delays: such a limit is none. What keeps the process up is the request,
    // unless it is one of those that should not.
    const timer = timeoutMs > LONGEST_TIMER_MS ? undefined : setTimeout(expire, timeoutMs).unref();
    try {
      const { status, text, retryAfterMs } = await this.#exchange(url, request, controller.signal);
      if (status >= 200 && status < 300) return { value: this.#parse(request, status, text) };
      return { error: this.#toError(status, text, retryAfterMs) };
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (error instanceof NonRetryableError) return { error };
      return { error: new RetryableError(this.#hide(describe(request, error)), { cause: error }) };
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }

  async #exchange(url: string, { method, body, list }: HttpRequest, signal: AbortSignal): Promise<Answer> {
    const { headers, post, fetch: send = fetch } = this.#options;
    const json = list ?? JSON.stringify(body);
    if (post && method === "POST" && json !== undefined) {
      const answer = await post(url, this.#jsonHeaders, json, signal);
      if (answer) return answer;
    }
    const response = await send(url, {
      method,
      headers: json === undefined ? headers : this.#jsonHeaders,
      signal,
      ...(json !== undefined && { body: toText(json) }),
    });
    const text = await response.text();
    const retryAfterMs = readRetryAfter(response.headers.get("retry-after"), Date.now());
    return { status: response.status, text, retryAfterMs };
  }

  #parse({ method, path }: HttpRequest, statusCode: number, text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      // Without the cause, whose message quotes the text: it may begin with the key.
      const facts = { statusCode, body: this.#hide(text).slice(0, 1000) };
      throw new NonRetryableError(`HTTP ${statusCode}: ${method} ${path} was not answered with JSON`, facts);
    }
  }

  #toError(statusCode: number, text: string, retryAfterMs: number | undefined): CatSyphonError {
    const body = this.#hide(text);
    const detail = readDetail(body);
    const message = `HTTP ${statusCode}: ${body.slice(0, 200)}`;
    const facts = { statusCode, detail, body, retryAfterMs };
    if (this.#options.retry.isRetryable(statusCode)) return new RetryableError(message, facts);
    const aboutCredentials = statusCode === 401 || statusCode === 403 || namesHeader(detail);
    return aboutCredentials ? new AuthenticationError(message, facts) : new NonRetryableError(message, facts);
  }

  #hide(text: string): string {
    const { secret } = this.#options;
    return secret ? text.replaceAll(secret, "[api key]") : text;
  }
}

function toText(body: string | ListBody): string {
  if (typeof body === "string") return body;
  const texts = body.items.map((item) => (typeof item === "string" ? item : joinPieces(item)));
  return `${body.before}${texts.join(",")}${body.after}`;
}

export function joinPieces(pieces: readonly (string | Uint8Array)[]): string {
  return pieces.map((piece) => (typeof piece === "string" ? piece : Buffer.from(piece).toString())).join("");
}

function readDetail(body: string): unknown {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === "object" && parsed !== null && "detail" in parsed ? parsed.detail : undefined;
  } catch {
    return undefined;
  }
}

/** The server answers missing credentials with a validation error that names the header. */
function namesHeader(detail: unknown): boolean {
  return (
    Array.isArray(detail) &&
    detail.some((item: { loc?: unknown } | null) => Array.isArray(item?.loc) && item.loc[0] === "header")
  );
}

function describe({ method, path }: HttpRequest, error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
  return `${method} ${path}: ${reason}`;
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, Math.min(ms, LONGEST_TIMER_MS));
    signal?.addEventListener("abort", wake, { once: true });
  });
}
