import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import { request as overHttps } from "node:https";
import { urlToHttpOptions } from "node:url";
import { startTimer } from "./timer.js";

// Not a static import: on Node 24 that also loads `fetch`, WebSocket and HTTP/2, which would slow down every start.
const { request: overHttp } = process.getBuiltinModule("node:http");

/** An answer. Its status says what became of the request, even if the rest is lost. */
export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  /** Set if the end of the text did not arrive, or not in time. */
  readonly isCut?: true;
  /** From `Retry-After`, as seconds or as a date. */
  readonly retryAfterMs: number | undefined;
}

/** Where requests go, parsed once: parsing an address takes half as long as a request. */
export type HttpTarget = Readonly<RequestOptions>;

export function toHttpTarget(url: URL): HttpTarget {
  return { ...urlToHttpOptions(url), method: "POST" };
}

export interface HttpRequest {
  readonly target: HttpTarget;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** No answer in time. The server may have accepted the body nevertheless. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
}

/** The server ended the connection without an answer. */
export class LostConnectionError extends Error {
  override readonly name = "LostConnectionError";
  /** Whether it had served a request before, so that it may have been closed for being idle, whatever was sent now. */
  readonly reused: boolean;

  constructor(cause: Error, reused: boolean) {
    super(cause.message, { cause });
    this.reused = reused;
  }
}

/**
 * Posts once, and holds the body only until its answer. Redirects are not followed. The request does not keep the process
 * alive: whoever needs the answer has to hold a timer. Not `fetch`, which loads a second HTTP client whose sockets cannot
 * be unref'd.
 * @throws {@link NoAnswerError}, {@link LostConnectionError}, the reason of `signal`, or what went wrong before.
 */
export function post({ target, headers, body, timeoutMs, signal }: HttpRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const open = target.protocol === "https:" ? overHttps : overHttp;
    const request = open({ ...target, headers: { ...headers, "Content-Length": body.byteLength } });
    let isAnswered = false;
    let isSent = false;
    // Errors after the answer has begun show in the answer: a server may refuse a body and close on the rest of it.
    const fail = (reason: unknown) => {
      if (!isAnswered) reject(reason);
    };
    const giveUp = (reason: unknown) => {
      // Before the request emits an error of its own.
      fail(reason);
      request.destroy();
    };
    const abort = () => giveUp(signal?.reason);
    const expire = () => giveUp(new NoAnswerError(`no answer within ${timeoutMs} ms`));
    const timer = startTimer(expire, timeoutMs).unref();
    signal?.addEventListener("abort", abort, { once: true });
    request.on("finish", () => {
      isSent = true;
    });
    request.on("socket", (socket) => socket.unref());
    request.on("response", (response) => {
      isAnswered = true;
      read(response, (answer) => {
        // A server may answer before it has read the body, which is then still being sent.
        if (isSent || request.destroyed) resolve(answer);
        else request.once("close", () => resolve(answer));
      });
    });
    request.on("error", (error) => fail(isLost(error) ? lost(error, request) : error));
    request.on("close", () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    });
    request.end(body);
  });
}

function lost(error: Error, request: ClientRequest): LostConnectionError {
  return new LostConnectionError(error, request.reusedSocket);
}

function isLost(error: NodeJS.ErrnoException): boolean {
  return error.code === "ECONNRESET" || error.code === "EPIPE";
}

/** Reports the answer once, with as much of its text as arrived. */
function read(response: IncomingMessage, done: (answer: HttpAnswer) => void): void {
  let text = "";
  response.setEncoding("utf8");
  response.on("data", (chunk: string) => {
    // An answer is a line of JSON, an error page at most.
    if (text.length < MAX_ANSWER_LENGTH) text += chunk;
  });
  // `close` follows an error, just as it follows the end.
  response.on("error", () => {});
  response.on("close", () => {
    const retryAfterMs = readRetryAfter(response.headers["retry-after"], Date.now());
    const status = response.statusCode ?? 0;
    done({ status, text, retryAfterMs, ...(!response.complete && { isCut: true }) });
  });
}

const MAX_ANSWER_LENGTH = 65_536;

function readRetryAfter(header: string | undefined, now: number): number | undefined {
  const value = header?.trim();
  if (!value) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
