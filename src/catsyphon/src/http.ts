import { requireText } from "./arguments.js";
import { AuthenticationError, type CatSyphonError, NonRetryableError, RetryableError } from "./errors.js";
import { type RetryConfig, readRetryAfter } from "./retry.js";

/** The longest delay of a timer. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface HttpOptions {
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly retry: RetryConfig;
  readonly fetch: typeof fetch | undefined;
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
  readonly json?: string;
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

  constructor(options: HttpOptions) {
    this.#options = options;
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
  toPost(path: string, json: string) {
    const { baseUrl, headers } = this.#options;
    return {
      url: `${baseUrl}${path}`,
      headers: { ...headers, "Content-Type": "application/json" },
      body: Buffer.from(json),
    };
  }

  async #attempt(request: HttpRequest): Promise<{ value?: unknown; error?: CatSyphonError }> {
    const { baseUrl, headers, timeoutMs, fetch: send = fetch } = this.#options;
    const { signal, method, path, body } = request;
    const json = request.json ?? (body === undefined ? undefined : JSON.stringify(body));
    const controller = new AbortController();
    const abort = () => controller.abort(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    const expire = () => controller.abort(new Error(`no answer within ${timeoutMs} ms`));
    // Node's timers fire at once for longer delays: such a limit is none. What keeps the process up is the request,
    // unless it is one of those that should not.
    const timer = timeoutMs > LONGEST_TIMER_MS ? undefined : setTimeout(expire, timeoutMs).unref();
    try {
      const response = await send(`${baseUrl}${path}`, {
        method,
        headers: json === undefined ? headers : { ...headers, "Content-Type": "application/json" },
        signal: controller.signal,
        ...(json !== undefined && { body: json }),
      });
      const text = await response.text();
      if (response.ok) return { value: this.#parse(request, response.status, text) };
      const retryAfterMs = readRetryAfter(response.headers.get("retry-after"), Date.now());
      return { error: this.#toError(response.status, text, retryAfterMs) };
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (error instanceof NonRetryableError) return { error };
      return { error: new RetryableError(this.#hide(describe(request, error)), { cause: error }) };
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
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
