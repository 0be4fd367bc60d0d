import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { assertText, readOptions } from "../arguments.js";
import { readCode } from "../errors.js";
import type { JsonObject } from "../json.js";
import { type Logger, toLogger } from "../logger.js";

export interface MetricsServerOptions {
  serviceName: string;
  /** 0 takes any free port, told by `port`. @default 8080 */
  port?: number | undefined;
  /** @default "0.0.0.0" */
  host?: string | undefined;
  /** Whose connection decides between healthy and degraded. */
  client?: { readonly isConnected: boolean } | undefined;
  logger?: Logger | undefined;
  /** @default "/health" */
  healthPath?: string | undefined;
  /** @default "/metrics" */
  metricsPath?: string | undefined;
}

/** Serves health as JSON and metrics in the Prometheus text format. Not started by the client. */
export abstract class BaseMetricsServer {
  readonly #options: MetricsServerOptions;
  readonly #logger: Logger;
  #server: Server | undefined;
  #starting: Promise<void> | undefined;
  #startedAt = 0;

  constructor(given: MetricsServerOptions) {
    const options = readOptions(given);
    assertText(options.serviceName, "serviceName");
    this.#options = options;
    this.#logger = toLogger(options.logger, "INFO");
  }

  /** Further lines of `/metrics`. */
  protected abstract collectCustomMetrics(): string[] | Promise<string[]>;
  /** Further fields of `/health`; `status` among them overrides. */
  protected abstract getHealthDetails(): object | Promise<object>;

  /** The port listened on; undefined while stopped. */
  get port(): number | undefined {
    return (this.#server?.address() as AddressInfo | null | undefined)?.port;
  }

  /** Resolves when requests are taken; rejects with what the system says of the port. Twice is once. */
  start(): Promise<void> {
    this.#starting ??= this.#listen().catch((error: unknown) => {
      this.#starting = undefined;
      throw error;
    });
    return this.#starting;
  }

  async #listen(): Promise<void> {
    const { port = 8080, host = "0.0.0.0" } = this.#options;
    const server = createServer((request, response) => {
      void this.#handle((request.url ?? "/").split("?", 1)[0]!, request.method ?? "GET", response);
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, () => {
        server.off("error", reject);
        resolve();
      });
    });
    // Without a listener, an error while accepting connections would end the process.
    server.on("error", (error) =>
      this.#logger.warn(`the metrics server had an error: ${readCode(error) ?? error.name}`),
    );
    this.#server = server;
    this.#startedAt = performance.now();
  }

  async stop(): Promise<void> {
    await this.#starting?.catch(() => {});
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    this.#starting = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #handle(path: string, method: string, response: ServerResponse): Promise<void> {
    const { healthPath = "/health", metricsPath = "/metrics" } = this.#options;
    if (method !== "GET" && method !== "HEAD")
      return send(response, 405, "text/plain", "method not allowed\n");
    if (path === healthPath) return this.#sendHealth(response);
    if (path === metricsPath) return this.#sendMetrics(response);
    return send(response, 404, "text/plain", "not found\n");
  }

  async #sendHealth(response: ServerResponse): Promise<void> {
    try {
      const health = {
        service: this.#options.serviceName,
        status: this.#isConnected ? "healthy" : "degraded",
        uptime_seconds: this.#uptime,
        nats_connected: this.#isConnected,
        ...(await this.#details()),
      };
      sendJson(response, health.status === "healthy" ? 200 : 503, health);
    } catch (error) {
      sendJson(response, 500, {
        status: "error",
        error: error instanceof Error ? error.message : String(error),
      });
    }
  }

  async #details(): Promise<JsonObject> {
    try {
      const details = await this.getHealthDetails();
      // What cannot be serialised must fail here, too.
      return JSON.parse(JSON.stringify(details)) as JsonObject;
    } catch (error) {
      this.#logger.warn("health details failed");
      return { custom_health_error: error instanceof Error ? error.message : String(error) };
    }
  }

  async #sendMetrics(response: ServerResponse): Promise<void> {
    // What Prometheus allows in a name.
    const prefix = this.#options.serviceName.replace(/[^A-Za-z0-9_:]/g, "_");
    const connected = this.#isConnected ? 1 : 0;
    const lines = [
      ...gauge(`${prefix}_uptime_seconds`, "Seconds since the server started", this.#uptime),
      ...gauge(`${prefix}_service_status`, "1 healthy, 0 degraded", connected),
      ...gauge(`${prefix}_nats_connected`, "1 while connected to NATS", connected),
    ];
    try {
      lines.push(...(await this.collectCustomMetrics()));
    } catch {
      this.#logger.warn("custom metrics failed");
    }
    send(response, 200, "text/plain; version=0.0.4", `${lines.join("\n")}\n`);
  }

  get #isConnected(): boolean {
    return this.#options.client?.isConnected ?? false;
  }

  get #uptime(): number {
    return (performance.now() - this.#startedAt) / 1000;
  }
}

export interface SimpleMetricsServerOptions extends MetricsServerOptions {
  metricsCallback?: (() => string[] | Promise<string[]>) | undefined;
  healthCallback?: (() => object | Promise<object>) | undefined;
}

/** A metrics server whose own part comes from callbacks. */
export class SimpleMetricsServer extends BaseMetricsServer {
  readonly #callbacks: SimpleMetricsServerOptions;

  constructor(options: SimpleMetricsServerOptions) {
    super(options);
    this.#callbacks = options;
  }

  protected collectCustomMetrics(): string[] | Promise<string[]> {
    return this.#callbacks.metricsCallback?.() ?? [];
  }

  protected getHealthDetails(): object | Promise<object> {
    return this.#callbacks.healthCallback?.() ?? {};
  }
}

function gauge(name: string, help: string, value: number): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name} ${value}`];
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  send(response, status, "application/json", JSON.stringify(body));
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "content-type": type });
  response.end(body);
}
