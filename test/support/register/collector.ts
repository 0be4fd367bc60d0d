import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";

/** A span as OTLP/JSON writes it, as far as the tests look. */
export interface JsonSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: { readonly code?: number; readonly message?: string };
  readonly scope: string;
  readonly resource: Readonly<Record<string, unknown>>;
}

export interface ReceivedExport {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Decompressed. */
  readonly body: Buffer;
}

interface Attributed {
  readonly attributes?: readonly {
    readonly key: string;
    readonly value: Readonly<Record<string, unknown>>;
  }[];
}

interface TracesRequest {
  readonly resourceSpans?: readonly {
    readonly resource: Attributed;
    readonly scopeSpans: readonly {
      readonly scope: { readonly name: string };
      readonly spans: readonly (Omit<JsonSpan, "attributes" | "scope" | "resource"> & Attributed)[];
    }[];
  }[];
}

/** A collector on a real socket that remembers what it was sent. It reads OTLP/JSON only. */
export class Collector {
  readonly exports: ReceivedExport[] = [];
  /** Status of the next answers, the last one from then on. */
  statuses: number[] = [200];
  /** Accepts requests and never answers. */
  silent = false;
  readonly #server = createServer(async (request, response) => {
    const raw = await buffer(request);
    const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw;
    const status = this.statuses.length > 1 ? this.statuses.shift() : this.statuses[0];
    this.exports.push({ path: request.url ?? "", headers: request.headers, body });
    if (!this.silent) response.writeHead(status ?? 200, { "content-type": "application/json" }).end("{}");
  });

  static async start(): Promise<Collector> {
    const collector = new Collector();
    collector.#server.listen(0, "127.0.0.1");
    await once(collector.#server, "listening");
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The spans of everything received as JSON, with scope and resource at hand. */
  get spans(): JsonSpan[] {
    const requests = this.exports
      .filter(({ path }) => path.endsWith("traces"))
      .map(({ body }) => JSON.parse(body.toString()) as TracesRequest);
    return requests.flatMap(({ resourceSpans = [] }) =>
      resourceSpans.flatMap(({ resource, scopeSpans }) =>
        scopeSpans.flatMap(({ scope, spans }) =>
          spans.map((span) => ({
            ...span,
            attributes: toRecord(span),
            scope: scope.name,
            resource: toRecord(resource),
          })),
        ),
      ),
    );
  }

  /** Bodies sent to `/v1/metrics` or `/v1/logs`. */
  bodies(signal: "metrics" | "logs"): unknown[] {
    return this.exports
      .filter(({ path }) => path === `/v1/${signal}`)
      .map(({ body }) => JSON.parse(body.toString()));
  }

  reset(): void {
    this.exports.length = 0;
    this.statuses = [200];
    this.silent = false;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }
}

function toRecord({ attributes = [] }: Attributed): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
