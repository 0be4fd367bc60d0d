import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { LoopbackServer } from "../loopback-server.js";
import type { CollectedSpan } from "../otlp/collected.js";
import { decodeExport, isOtlpPath } from "../otlp/decode.js";

/** Headers that belong to one connection and not to what it carries. */
const OF_THE_CONNECTION = new Set([
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
  "keep-alive",
]);

/** Where all processes of the demo send their spans: it keeps them, and passes them on to a collector that exists. */
export class TelemetryDesk {
  readonly spans: CollectedSpan[] = [];
  readonly #forwardTo: string | undefined;
  readonly #server = new LoopbackServer((request, response) => {
    this.#take(request, response).catch((error: unknown) => response.writeHead(502).end(String(error)));
  });

  private constructor(forwardTo: string | undefined) {
    this.#forwardTo = forwardTo?.replace(/\/$/, "");
  }

  static async start(forwardTo?: string): Promise<TelemetryDesk> {
    const desk = new TelemetryDesk(forwardTo);
    await desk.#server.listen();
    return desk;
  }

  /** Value for `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  get endpoint(): string {
    return this.#server.url;
  }

  stop(): Promise<void> {
    return this.#server.close();
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "";
    const body = await buffer(request);
    if (isOtlpPath(path)) {
      const plain = request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
      this.spans.push(...decodeExport(path, request.headers["content-type"] ?? "", plain).spans);
    }
    if (this.#forwardTo === undefined) {
      response.writeHead(200, { "content-type": request.headers["content-type"] }).end();
      return;
    }
    const headers = Object.entries(request.headers).filter(([name]) => !OF_THE_CONNECTION.has(name));
    const answer = await fetch(this.#forwardTo + path, {
      method: "POST",
      headers: headers as [string, string][],
      body,
    });
    const retryAfter = answer.headers.get("retry-after");
    response
      .writeHead(answer.status, retryAfter === null ? {} : { "retry-after": retryAfter })
      .end(Buffer.from(await answer.arrayBuffer()));
  }
}
