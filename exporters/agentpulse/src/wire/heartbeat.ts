import { request as requestHttps } from "node:https";
import { context } from "@opentelemetry/api";
import { suppressTracing } from "@opentelemetry/core";
import type { Log } from "../log.js";
import type { ServerRequest } from "./server-request.js";

// Not a static import: on Node 24 that also loads `fetch`, WebSocket and HTTP/2, which would slow down every start.
const { request: requestHttp } = process.getBuiltinModule("node:http");

const TIMEOUT_MS = 10_000;

/** Tells the server regularly that the agent is alive. Never keeps the process alive itself. */
export class Heartbeat {
  readonly #request: ServerRequest;
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;

  constructor(request: ServerRequest, log: Log) {
    this.#request = request;
    this.#log = log;
  }

  /** Beats at once, then every `intervalMs`; not at all when that is 0. */
  start(intervalMs: number): void {
    if (intervalMs === 0 || this.#timer) return;
    this.#timer = setInterval(() => this.#beat(), intervalMs);
    this.#timer.unref();
    this.#beat();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #beat(): void {
    // Not `fetch`: its socket would keep the process alive.
    context.with(suppressTracing(context.active()), () => {
      try {
        this.#post();
      } catch (error) {
        this.#log.debug(`heartbeat failed: ${(error as Error).message}`);
      }
    });
  }

  #post(): void {
    const url = new URL(`${this.#request.url}/v1/heartbeat`);
    const post = url.protocol === "https:" ? requestHttps : requestHttp;
    const headers = { ...this.#request.headers, "Content-Length": "0" };
    const request = post(url, { method: "POST", headers, timeout: TIMEOUT_MS });
    request.on("socket", (socket) => socket.unref());
    request.on("timeout", () => request.destroy(new Error("no answer in time")));
    request.on("error", (error) => this.#log.debug(`heartbeat failed: ${error.message}`));
    request.on("response", (response) => {
      response.resume();
      this.#hear(response.statusCode ?? 0);
    });
    request.end();
  }

  #hear(status: number): void {
    if (status < 300) return;
    this.#log.debug(`heartbeat refused: HTTP ${status}`);
    // Some servers have no heartbeat endpoint; others refuse ours.
    if (status === 401 || status === 403 || status === 404) this.stop();
  }
}
