import type { ClientRequest, IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { type OtlpSettings, toHeaders } from "./settings.js";
import { isRetryable } from "./status.js";

// Not a static import: on Node 24 that also loads `fetch`, WebSocket and HTTP/2, in the middle of the application.
const { Agent: HttpAgent, request: httpRequest } = process.getBuiltinModule("node:http");

/** The result of sending one body. Only after `retry` is it worth sending again. */
export type Outcome =
  | { readonly kind: "delivered"; readonly body: Uint8Array }
  | { readonly kind: "retry"; readonly reason: string; readonly afterMs?: number }
  | { readonly kind: "refused"; readonly reason: string; readonly tooLarge?: boolean };

export interface Transport {
  /** Sends one body. Never rejects. Gives up when `signal` aborts. */
  send(body: Uint8Array, signal: AbortSignal): Promise<Outcome>;
  /** Closes idle connections. */
  close(): void;
}

/** Error codes of a request on a connection that the other side has closed. */
const LOST = new Set(["ECONNRESET", "EPIPE"]);
/** A collector's answer is a few bytes; more than this is not one. */
const LONGEST_ANSWER = 64 * 1024;

const compress = promisify(gzip);

/**
 * One POST per body, over keep-alive connections. Not `fetch`, which applications mock and instrument: telemetry does not
 * belong among their requests.
 */
export function httpTransport(settings: OtlpSettings): Transport {
  const secure = settings.url.startsWith("https:");
  const agent = secure
    ? new HttpsAgent({ keepAlive: true, ...settings.tls })
    : new HttpAgent({ keepAlive: true });
  const headers = toHeaders(settings);
  const post = async (payload: Uint8Array, signal: AbortSignal): Promise<Outcome> => {
    const request = (secure ? httpsRequest : httpRequest)(settings.url, {
      method: "POST",
      agent,
      headers: { ...headers, "content-length": payload.byteLength },
      signal,
    });
    try {
      return await answerTo(request, payload);
    } catch (error) {
      // The collector closed the connection while it was idle, which is not a failure. Sent again at once, because an
      // ending process has no time for a retry.
      if (request.reusedSocket && LOST.has(nameOf(error))) return post(payload, signal);
      throw error;
    }
  };
  return {
    async send(body, signal) {
      try {
        return await post(settings.compression === "gzip" ? await compress(body) : body, signal);
      } catch (error) {
        return { kind: "retry", reason: signal.aborted ? "no answer in time" : nameOf(error) };
      }
    },
    close: () => agent.destroy(),
  };
}

function answerTo(request: ClientRequest, payload: Uint8Array): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    request.on("error", reject);
    // Telemetry must not keep a finished application alive; whoever flushes holds a timer.
    request.on("socket", (socket) => socket.unref());
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("error", reject);
      response.on("data", (chunk: Buffer) => {
        size += chunk.byteLength;
        if (size <= LONGEST_ANSWER) chunks.push(chunk);
      });
      response.on("end", () => resolve(outcomeOf(response, Buffer.concat(chunks))));
    });
    request.end(payload);
  });
}

function outcomeOf(response: IncomingMessage, body: Uint8Array): Outcome {
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return { kind: "delivered", body };
  const reason = `HTTP ${status} ${response.statusMessage ?? ""}`.trim();
  if (!isRetryable(status)) return { kind: "refused", reason, tooLarge: status === 413 };
  return { kind: "retry", reason, afterMs: readRetryAfter(response.headers["retry-after"]) };
}

/** `Retry-After` is a number of seconds or a date. */
function readRetryAfter(header: string | undefined): number | undefined {
  if (header == null) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(ms, 0);
}

/** The code of a system error (`ECONNREFUSED`), which says more than its message and holds no address. */
function nameOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return nameOf(error.errors[0]);
  if (error instanceof Error) return (error as NodeJS.ErrnoException).code ?? error.message;
  return String(error);
}
