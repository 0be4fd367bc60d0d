import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { LoopbackServer } from "./loopback-server.js";
import type { Collected, CollectedLog, CollectedMetric, CollectedSpan } from "./otlp/collected.js";
import { decodeExport, isOtlpPath } from "./otlp/decode.js";

export type { Collected, CollectedLog, CollectedMetric, CollectedSpan, Point } from "./otlp/collected.js";

/** What the collector does with a request instead of taking it. */
export type Fault =
  | { readonly kind: "answer"; readonly status: number; readonly retryAfter?: string }
  | { readonly kind: "hang" }
  | { readonly kind: "drop" };

/** One export request, taken or refused. */
export interface ExportRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Size of the body on the wire. */
  readonly bytes: number;
  /** Undefined when the request was left without an answer. */
  readonly status: number | undefined;
}

/** What the OpenTelemetry Collector takes by default. */
const MOST_BYTES = 20 * 1024 * 1024;

/**
 * A collector for OTLP over HTTP: traces, metrics and logs, JSON and protobuf, plain and gzip. It keeps what it
 * took as plain objects, and can be told to refuse, hang or hang up.
 */
export class OtlpCollector {
  readonly requests: ExportRequest[] = [];
  readonly spans: CollectedSpan[] = [];
  readonly metrics: CollectedMetric[] = [];
  readonly logs: CollectedLog[] = [];
  readonly #faults: Fault[] = [];
  #mostBytes = MOST_BYTES;
  readonly #waiting = new Set<() => void>();
  readonly #server = new LoopbackServer((request, response) => {
    this.#take(request, response).catch((error: unknown) => {
      response.writeHead(400).end(String(error));
    });
  });

  static async start(): Promise<OtlpCollector> {
    const collector = new OtlpCollector();
    await collector.#server.listen();
    return collector;
  }

  /** Value for `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  get endpoint(): string {
    return this.#server.url;
  }

  /** Meets the next requests with these faults, one each; then takes them again. */
  failNext(...faults: readonly Fault[]): void {
    this.#faults.push(...faults);
  }

  /** Refuses bodies above this many bytes. */
  takeAtMost(bytes: number): void {
    this.#mostBytes = bytes;
  }

  /** Resolves once what arrived satisfies the condition. Never gives up: the test's own time limit does. */
  async until(condition: (collected: Collected) => boolean): Promise<void> {
    while (!condition(this)) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  /** Forgets everything that arrived. */
  reset(): void {
    for (const list of [this.requests, this.spans, this.metrics, this.logs, this.#faults]) list.length = 0;
    this.#mostBytes = MOST_BYTES;
  }

  /** Stops at once, dropping requests under way. */
  close(): Promise<void> {
    return this.#server.close();
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const path = request.url ?? "";
    const note = (status: number | undefined) => {
      this.requests.push({ path, headers: request.headers, bytes: body.length, status });
    };
    const fault = this.#faults.shift();
    if (fault?.kind === "answer") {
      note(fault.status);
      const headers = fault.retryAfter === undefined ? {} : { "retry-after": fault.retryAfter };
      response.writeHead(fault.status, headers).end();
    } else if (fault !== undefined) {
      note(undefined);
      if (fault.kind === "drop") response.destroy();
    } else if (request.method !== "POST" || !isOtlpPath(path)) {
      note(404);
      response.writeHead(404).end();
    } else if (body.length > this.#mostBytes) {
      note(413);
      response.writeHead(413).end();
    } else {
      const type = request.headers["content-type"] ?? "";
      const plain = request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
      this.#keep(decodeExport(path, type, plain));
      note(200);
      response.writeHead(200, { "content-type": type }).end(type.includes("json") ? "{}" : undefined);
    }
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  #keep({ spans, metrics, logs }: Collected): void {
    this.spans.push(...spans);
    this.metrics.push(...metrics);
    this.logs.push(...logs);
  }
}
