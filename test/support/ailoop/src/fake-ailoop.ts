import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  STATUS_CODES,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { Hub } from "./hub.js";
import { PromptQueue, toResponse } from "./prompt-queue.js";
import { type Reply, type RouteHost, route } from "./routes.js";
import type { Mode, WireMessage } from "./shape.js";
import { Store } from "./store.js";

export interface FakeOptions {
  /** 0 = any free one. */
  port?: number;
  /** As `/health` reports it. @default "1.0.0" */
  version?: string;
  /** `question`: the prompts of servers up to 1.0.0. @default "decision" */
  mode?: Mode;
  /** @default 422 */
  shapeStatus?: number;
  /** When set, every route and the upgrade want it. */
  token?: string;
  /** Where the server is mounted, for example `/loop`. */
  basePath?: string;
  /** Length of a second of the prompt queue's clock in milliseconds. @default 1000 */
  secondMs?: number;
  /** Seconds for queued prompts with timeout 0; 0 = none. @default 300 */
  defaultTimeout?: number;
}

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** A server that answers, refuses, echoes, replays and stays silent as the real one does. */
export class FakeAiloop {
  /** Every HTTP request, refused ones included. */
  readonly requests: RecordedRequest[] = [];
  /** Every text frame of a client. */
  readonly frames: string[] = [];
  /** Headers of every upgrade that was asked for, refused ones included. */
  readonly upgrades: { path: string; headers: IncomingHttpHeaders }[] = [];
  /** False: frames are taken and nothing comes back. */
  echo = true;
  /** Runs after a POSTed message was broadcast and before its 201: the place for an answer that overtakes. */
  beforeReply: (message: WireMessage) => void | Promise<void> = () => {};
  /** Answers in place of a route, or holds the request for as long as its promise is pending. */
  override: (method: string, path: string) => Reply | undefined | Promise<Reply | undefined> = () =>
    undefined;
  shuttingDown = false;
  /** True: upgrades are refused with 503. */
  refuseSockets = false;

  readonly #options: Required<Omit<FakeOptions, "token">> & { token: string | undefined };
  readonly #http: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  #store = new Store();
  #queue: PromptQueue;
  #hub: Hub;

  private constructor(options: FakeOptions) {
    this.#options = {
      port: options.port ?? 0,
      version: options.version ?? "1.0.0",
      mode: options.mode ?? "decision",
      shapeStatus: options.shapeStatus ?? 422,
      token: options.token,
      basePath: options.basePath ?? "",
      secondMs: options.secondMs ?? 1000,
      defaultTimeout: options.defaultTimeout ?? 300,
    };
    this.#queue = this.#createQueue();
    this.#hub = this.#createHub();
    // Idle connections stay: one that is closed while a busy client is about to use it fails a request by chance.
    this.#http = createServer({ keepAliveTimeout: 0 }, (request, response) => {
      void this.#answer(request).then(({ status, body, headers }) => {
        const isText = typeof body === "string";
        const type = isText ? "text/plain; charset=utf-8" : "application/json";
        response.writeHead(status, { ...(body === undefined ? {} : { "content-type": type }), ...headers });
        response.end(body === undefined ? undefined : isText ? body : JSON.stringify(body));
      });
    });
    this.#http.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
  }

  static async start(options: FakeOptions = {}): Promise<FakeAiloop> {
    const fake = new FakeAiloop(options);
    await fake.#listen(fake.#options.port);
    return fake;
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}${this.#options.basePath}`;
  }

  /** Messages the server has of a channel. */
  stored(channel = "public"): WireMessage[] {
    return this.#store.list(channel, 1000);
  }

  /** Open sockets by kind. */
  get connections() {
    return this.#hub.stats;
  }

  /** Pings that were answered. */
  get pings(): number {
    return this.#hub.pings;
  }

  /** The queued prompt that is in front of the person. */
  get openPrompt(): WireMessage | undefined {
    return this.#queue.current;
  }

  /** A person answers through the web UI. */
  answer(id: string, answer: string | null, responseType = "text"): WireMessage {
    const original = this.#store.find(id);
    if (!original) throw new Error(`no message ${id}`);
    return this.#respond(original, answer, responseType);
  }

  /** A person answers the open queued prompt at the server's terminal: one broadcast, nothing stored. */
  answerAtTerminal(answer: string | null, responseType = "text"): void {
    const current = this.#queue.current;
    if (!current) throw new Error("no prompt is open");
    this.#queue.submit(current.id, { answer, response_type: responseType });
  }

  /** Puts a message into history as if posted earlier, without telling anyone. */
  remember(message: WireMessage): void {
    this.#store.add(message);
  }

  /** Stores and broadcasts a message as if someone had posted it. */
  publish(message: WireMessage): void {
    this.#store.add(message);
    this.#hub.broadcast(message);
  }

  /** Broadcasts without storing. */
  broadcast(message: WireMessage): void {
    this.#hub.broadcast(message);
  }

  /** Any frame to every socket; a Buffer goes as a binary frame. */
  sendRaw(data: string | Buffer): void {
    this.#hub.sendRaw(data);
  }

  /** Cuts sockets as a broken network does. */
  dropSockets(kind: "all" | "viewers" | "agents" = "all"): void {
    this.#hub.drop(kind);
  }

  /** Leaves sockets open and reads nothing from them any more: a dead path. */
  freezeSockets(): void {
    this.#hub.freeze();
  }

  /** Ends sockets with a close frame. */
  closeSockets(code = 1000): void {
    this.#hub.close(code);
  }

  /** Stops and starts on the same port; memory is empty afterwards. */
  async restart(): Promise<void> {
    const { port } = this;
    await this.stop();
    this.#store = new Store();
    this.#queue = this.#createQueue();
    this.#hub = this.#createHub();
    await this.#listen(port);
  }

  async stop(): Promise<void> {
    this.#queue.stop();
    this.#hub.drop();
    this.#http.closeAllConnections();
    if (!this.#http.listening) return;
    await new Promise((resolve) => this.#http.close(resolve));
  }

  /** Starts again after `stop`, with memory as it was: a network that came back. */
  async resume(port: number): Promise<void> {
    await this.#listen(port);
  }

  #listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#http.once("error", reject);
      this.#http.listen(port, "127.0.0.1", () => {
        this.#http.off("error", reject);
        resolve();
      });
    });
  }

  #createQueue(): PromptQueue {
    const { secondMs, defaultTimeout } = this.#options;
    return new PromptQueue({
      secondMs,
      defaultTimeout,
      broadcast: (message) => this.#hub.broadcast(message),
    });
  }

  #createHub(): Hub {
    return new Hub({
      store: this.#store,
      mode: this.#options.mode,
      echoes: () => this.echo,
      onFrame: (text) => this.frames.push(text),
      enqueue: (message) => this.#queue.push(message),
    });
  }

  #respond(original: WireMessage, answer: string | null, responseType: string): WireMessage {
    const response = toResponse(original, { answer, response_type: responseType });
    this.publish(response);
    this.#queue.submit(original.id, { answer, response_type: responseType });
    return response;
  }

  async #answer(request: IncomingMessage): Promise<Reply> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const { basePath } = this.#options;
    const url = new URL(request.url ?? "/", "http://fake");
    const method = request.method ?? "GET";
    this.requests.push({
      method,
      path: url.pathname + url.search,
      headers: request.headers,
      body: parsed(body),
    });
    if (!this.#isAllowed(request.headers)) return { status: 401, body: { error: "unauthorized" } };
    if (!url.pathname.startsWith(basePath)) return { status: 404, body: { error: "Not found" } };
    url.pathname = url.pathname.slice(basePath.length) || "/";
    const forced = await this.override(method, url.pathname);
    if (forced) return forced;
    return route(this.#routeHost(), { method, url, contentType: request.headers["content-type"], body });
  }

  #routeHost(): RouteHost {
    const { version, mode, shapeStatus } = this.#options;
    const { total, viewers, agents } = this.#hub.stats;
    return {
      store: this.#store,
      mode,
      shapeStatus,
      shuttingDown: this.shuttingDown,
      health: () => ({
        status: "healthy",
        version,
        active_connections: total,
        queue_size: this.#queue.size,
        active_channels: this.#store.channels().length,
      }),
      stats: () => ({
        total_viewers: total,
        agent_connections: agents,
        viewer_connections: viewers,
        active_channels: 0,
      }),
      pending: (channel) => this.#pending(channel),
      post: async (message) => {
        this.publish(message);
        await this.beforeReply(message);
      },
      respond: (original, answer, responseType) => this.#respond(original, answer, responseType),
    };
  }

  #pending(channel: string | null): unknown {
    const current = this.#queue.current;
    const items =
      current && (channel === null || channel === current.channel)
        ? [
            {
              message_id: current.id,
              kind: kindOf(current),
              channel: current.channel,
              position: 1,
              label: "",
            },
          ]
        : [];
    return { items, total_count: items.length };
  }

  /** A Bearer header, even a wrong one, hides X-Api-Key. */
  #isAllowed({ authorization, "x-api-key": key }: IncomingHttpHeaders): boolean {
    const { token } = this.#options;
    if (token === undefined) return true;
    return authorization?.startsWith("Bearer ") ? authorization === `Bearer ${token}` : key === token;
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const path = request.url ?? "/";
    this.upgrades.push({ path, headers: request.headers });
    socket.on("error", () => {});
    if (!this.#isAllowed(request.headers)) refuse(socket, 401);
    else if (path !== `${this.#options.basePath}/`) refuse(socket, 404);
    else if (this.refuseSockets) refuse(socket, 503);
    else this.#sockets.handleUpgrade(request, socket, head, (websocket) => this.#hub.add(websocket));
  }
}

const kindOf = ({ content }: WireMessage) => (content.type === "authorization" ? "authorize" : content.type);

function refuse(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
