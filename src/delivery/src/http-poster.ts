import { promisify } from "node:util";
import { gzip, gzipSync } from "node:zlib";
import { BodyEncoder, type ListBody } from "./body-encoder.js";
import { type HttpAnswer, type HttpTarget, LostConnectionError, post, toHttpTarget } from "./http-request.js";
import type { LastRequest } from "./last-post.js";

const compress = promisify(gzip);
/** The default level, 6, makes telemetry a tenth smaller but takes twice as long. */
const FAST = { level: 3 };

/**
 * `auto` tries gzip until the server has shown whether it reads it: after an answer of 400, 415 or 5xx, or a lost
 * connection, the same body is sent uncompressed at once, and whatever works is kept.
 */
export type Compression = "auto" | "gzip" | "none";

/** One destination, and how bodies are sent there. */
export interface HttpPosterOptions {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Longest time for one request, in milliseconds. @default 10000 */
  readonly timeoutMs?: number;
  /** @default "none" */
  readonly compression?: Compression;
}

/** Posts bodies to one URL. It does not know what an answer means. */
export class HttpPoster {
  readonly #url: string;
  readonly #target: HttpTarget;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #zippedHeaders: Readonly<Record<string, string>>;
  readonly #timeoutMs: number;
  readonly #bodies = new BodyEncoder();
  #compression: Compression;

  /** @throws TypeError if the URL is invalid. */
  constructor({ url, headers = {}, timeoutMs = 10_000, compression = "none" }: HttpPosterOptions) {
    this.#url = url;
    this.#target = toHttpTarget(new URL(url));
    this.#headers = headers;
    this.#zippedHeaders = { ...headers, "Content-Encoding": "gzip" };
    this.#timeoutMs = timeoutMs;
    this.#compression = compression;
  }

  /** What `auto` has settled on so far. */
  get compression(): Compression {
    return this.#compression;
  }

  /**
   * Redirects are returned, not followed. A pending request does not keep the process alive.
   * @throws Error when no answer arrives in time, or the connection fails or is lost; or the reason of `signal`.
   */
  async post(body: string | ListBody, signal?: AbortSignal): Promise<HttpAnswer> {
    const plain = this.#bodies.encode(body);
    const answer = await this.#post(plain, signal);
    this.#bodies.reuse(plain);
    return answer;
  }

  /** The request that would post a body now, for `postBeforeExit`. */
  toLastRequest(body: string | ListBody): LastRequest {
    const plain = this.#bodies.encode(body);
    if (this.#compression !== "gzip") return { url: this.#url, headers: this.#headers, body: plain };
    return { url: this.#url, headers: this.#zippedHeaders, body: gzipSync(plain, FAST) };
  }

  async #post(plain: Uint8Array, signal: AbortSignal | undefined): Promise<HttpAnswer> {
    if (this.#compression === "none") return this.#send(plain, this.#headers, signal);
    const zipped = await compress(plain, FAST);
    if (this.#compression === "gzip") return this.#send(zipped, this.#zippedHeaders, signal);
    const first = await this.#try(zipped, signal);
    if (first !== undefined && !mayMeanUndecodable(first.status)) {
      if (first.status < 300) this.#compression = "gzip";
      return first;
    }
    const second = await this.#send(plain, this.#headers, signal);
    if (second.status < 300) this.#compression = "none";
    return second;
  }

  /** `undefined` if the server dropped the connection on reading the body; not for an idle connection or a timeout. */
  async #try(zipped: Uint8Array, signal: AbortSignal | undefined): Promise<HttpAnswer | undefined> {
    try {
      return await this.#send(zipped, this.#zippedHeaders, signal);
    } catch (error) {
      if (!(error instanceof LostConnectionError)) throw error;
      return error.reused ? this.#try(zipped, signal) : undefined;
    }
  }

  #send(
    body: Uint8Array,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): Promise<HttpAnswer> {
    return post({ target: this.#target, headers, body, timeoutMs: this.#timeoutMs, signal });
  }
}

function mayMeanUndecodable(status: number): boolean {
  return status === 400 || status === 415 || status >= 500;
}
