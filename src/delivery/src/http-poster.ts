import { promisify } from "node:util";
import { gzip } from "node:zlib";

const compress = promisify(gzip);

/** An answer, read to its end. */
export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  /** From `Retry-After`, as seconds or as a date. */
  readonly retryAfterMs: number | undefined;
}

/**
 * `auto` tries gzip until the server has shown what it can do: an answer of 400, 415 or 5xx, or a lost
 * connection, makes the same body go out plain at once, and the way that worked is kept.
 */
export type Compression = "auto" | "gzip" | "none";

export interface HttpPosterOptions {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Longest time for one request, in milliseconds. @default 10000 */
  readonly timeoutMs?: number;
  /** @default "none" */
  readonly compression?: Compression;
  /** @default the global fetch */
  readonly fetch?: typeof fetch;
}

class NoAnswer extends Error {}

/** Posts bodies to one URL. Knows how to carry them, not what an answer means. */
export class HttpPoster {
  readonly #options: HttpPosterOptions;
  #compression: Compression;

  constructor(options: HttpPosterOptions) {
    this.#options = options;
    this.#compression = options.compression ?? "none";
  }

  /** What `auto` has come to so far. */
  get compression(): Compression {
    return this.#compression;
  }

  /** @throws what `fetch` throws when no answer came, or the reason of `signal`. */
  async post(body: string, signal?: AbortSignal): Promise<HttpAnswer> {
    if (this.#compression === "none") return this.#send(body, signal);
    const zipped = await compress(body);
    if (this.#compression === "gzip") return this.#send(zipped, signal);
    const first = await this.#send(zipped, signal).catch((error: unknown) => error);
    if (isAnswer(first) && !mayMeanUndecodable(first.status)) {
      if (first.status < 300) this.#compression = "gzip";
      return first;
    }
    // A server that takes its time may have taken the body too: only a lost connection says that it cannot read it.
    if (first instanceof NoAnswer) throw first;
    signal?.throwIfAborted();
    const second = await this.#send(body, signal);
    if (second.status < 300) this.#compression = "none";
    return second;
  }

  async #send(body: string | Buffer, signal: AbortSignal | undefined): Promise<HttpAnswer> {
    const { url, headers, timeoutMs = 10_000, fetch: request = fetch } = this.#options;
    signal?.throwIfAborted();
    const controller = new AbortController();
    const abort = () => controller.abort(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    const expire = () => controller.abort(new NoAnswer(`no answer within ${timeoutMs} ms`));
    const timer = setTimeout(expire, timeoutMs);
    try {
      const response = await request(url, {
        method: "POST",
        headers: { ...headers, ...(typeof body === "string" ? {} : { "Content-Encoding": "gzip" }) },
        body,
        signal: controller.signal,
        // Followed, a POST can become a GET whose 200 means nothing, and the headers go where nobody sent them.
        redirect: "manual",
      });
      const text = await response.text();
      return { status: response.status, text, retryAfterMs: readRetryAfter(response.headers, Date.now()) };
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }
}

function isAnswer(value: unknown): value is HttpAnswer {
  return typeof value === "object" && value !== null && "retryAfterMs" in value;
}

function mayMeanUndecodable(status: number): boolean {
  return status === 400 || status === 415 || status >= 500;
}

function readRetryAfter(headers: Headers, now: number): number | undefined {
  const value = headers.get("retry-after")?.trim();
  if (!value) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
