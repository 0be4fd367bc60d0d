import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { within } from "./ticks.js";

/** Answers one request. Returns when it has said all it wants to say. */
export type Reply = (response: ServerResponse, request: ProviderRequest) => void | Promise<void>;

/** One request as the provider saw it, and how the exchange ended from its side. */
export interface ProviderRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** `answered`: the whole answer went out. `left`: the client closed before that. `open`: still going. */
  end: "answered" | "left" | "open";
}

/** Headers that differ from run to run whatever the SDK does. */
const VOLATILE = new Set(["host", "content-length"]);
const BOUNDARY = /(?:form-data-boundary-|formdata-undici-|-{4,}formdata-[a-z]+-)[a-z0-9]+/g;

/**
 * A provider on loopback that a scenario scripts reply by reply and reads back afterwards.
 * Without a script it answers each path from `routes`.
 */
export class Provider {
  readonly requests: ProviderRequest[] = [];
  readonly #server: Server;
  readonly #script: Reply[] = [];
  readonly #routes: (request: ProviderRequest) => Reply;

  private constructor(routes: (request: ProviderRequest) => Reply) {
    this.#routes = routes;
    // Idle connections stay: one that is closed while a busy client is about to use it fails a request by chance.
    const options = { keepAliveTimeout: 0 };
    this.#server = createServer(options, (request, response) => void this.#answer(request, response));
  }

  static async start(routes: (request: ProviderRequest) => Reply): Promise<Provider> {
    const provider = new Provider(routes);
    provider.#server.listen(0, "127.0.0.1");
    await once(provider.#server, "listening");
    return provider;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The next requests are answered by these, in order, before `routes` is asked again. */
  script(...replies: Reply[]): void {
    this.#script.push(...replies);
  }

  /** Waits until `count` requests have arrived. */
  async arrived(count = 1): Promise<void> {
    await within(5_000, () => this.requests.length >= count);
  }

  /** Waits until no exchange is open any more, or the patience is over: some are left open on purpose. */
  async quiet(patienceMs = 2_000): Promise<void> {
    await within(patienceMs, () => this.requests.every(({ end }) => end !== "open"));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const seen: ProviderRequest = {
      method: request.method ?? "",
      path: request.url ?? "",
      headers: steadyHeaders(request),
      body: body.replace(BOUNDARY, "BOUNDARY"),
      end: "open",
    };
    this.requests.push(seen);
    response.on("close", () => {
      seen.end = response.writableFinished ? "answered" : "left";
    });
    response.on("error", () => {});
    const reply = this.#script.shift() ?? this.#routes(seen);
    await reply(response, seen);
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

function steadyHeaders(request: IncomingMessage): Record<string, string> {
  const kept = Object.entries(request.headers).filter(([name]) => !VOLATILE.has(name));
  return Object.fromEntries(
    kept.map(([name, value]) => {
      const text = String(value).replace(BOUNDARY, "BOUNDARY");
      return [name, name === "idempotency-key" ? text.replace(/retry-.*/, "retry-ID") : text];
    }),
  );
}

/** A JSON answer. `headers` wins over what is set here. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Reply {
  return text(JSON.stringify(body), "application/json", status, headers);
}

export function text(
  body: string | Buffer,
  contentType: string,
  status = 200,
  headers: Record<string, string> = {},
): Reply {
  return (response) => {
    response.writeHead(status, {
      "content-type": contentType,
      "x-request-id": "req_1",
      "request-id": "req_1",
      ...headers,
    });
    response.end(body);
  };
}

/** Takes the request and never says a word. */
export const silence: Reply = () => {};

/** Closes the socket instead of answering. */
export const hangUp: Reply = (response) => void response.socket?.destroy();

/** Sends the headers and half of a JSON body, then `after`. */
export function half(body: unknown, after: "hang" | "cut"): Reply {
  return async (response) => {
    const bytes = JSON.stringify(body);
    response.writeHead(200, { "content-type": "application/json", "content-length": String(bytes.length) });
    response.write(bytes.slice(0, bytes.length / 2));
    if (after === "hang") return;
    await delay(5);
    response.socket?.destroy();
  };
}

export interface StreamOptions {
  /** What the provider does after the last frame. @default "end" */
  after?: "end" | "cut" | "hang";
}

/** Server-sent events, each frame written on its own turn of the loop so that chunks stay apart. */
export function sse(frames: readonly string[], { after = "end" }: StreamOptions = {}): Reply {
  return async (response) => {
    openStream(response);
    for (const frame of frames) {
      if (response.destroyed) return;
      response.write(frame);
      await new Promise(setImmediate);
    }
    if (after === "hang") return;
    if (after === "end") return void response.end();
    await delay(5);
    response.socket?.destroy();
  };
}

/** What the provider can tell about an endless answer: how far the client let it go. */
export interface Flood {
  readonly reply: Reply;
  /** Frames written so far. */
  written(): number;
  /** True once the client stopped taking bytes, for `ms`, and never before. */
  stalled(ms?: number): Promise<boolean>;
}

/** Sends `frame` again and again as long as the client takes it, at most `limit` times. */
export function flood(frame: string, limit = 20_000): Flood {
  let written = 0;
  let blocked = false;
  return {
    written: () => written,
    async stalled(ms = 60) {
      // It takes some more in gulps before it stops, and is blocked for a moment between them.
      let before = -1;
      const isStill = () => blocked && written === before;
      for (let left = 2_000; left > 0 && !isStill(); left -= ms) {
        before = written;
        await delay(ms);
      }
      return isStill();
    },
    async reply(response) {
      openStream(response);
      while (written < limit && !response.destroyed) {
        written += 1;
        if (response.write(frame)) {
          if (written % 8 === 0) await new Promise(setImmediate);
          continue;
        }
        blocked = true;
        await drainOrClose(response);
        blocked = false;
      }
      response.end();
    },
  };
}

/** An answer that a scenario sends by hand, step by step. */
export class Hand {
  #response: ServerResponse | undefined;
  readonly reply: Reply = (response) => {
    openStream(response);
    this.#response = response;
  };

  async send(frame: string): Promise<void> {
    await within(5_000, () => this.#response !== undefined);
    this.#response?.write(frame);
  }

  async end(): Promise<void> {
    await within(5_000, () => this.#response !== undefined);
    this.#response?.end();
  }

  /** True once the client has closed the connection. */
  async left(): Promise<boolean> {
    return await within(1_000, () => this.#response?.destroyed === true);
  }
}

function drainOrClose(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
}

function openStream(response: ServerResponse): void {
  response.writeHead(200, {
    "content-type": "text/event-stream",
    "x-request-id": "req_1",
    "request-id": "req_1",
  });
  response.flushHeaders();
}
