import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { WebSocketServer } from "ws";
import { KEEP_ALIVE } from "../keep-alive.js";
import { type Answer, type Asked, jsonBody, NOT_FOUND, readBody, sendAnswer } from "./answers.js";
import { answerCheckpoints } from "./checkpoint-routes.js";
import { canRun, ExecSession, readDuration, readExecQuery } from "./exec-session.js";
import type { CannedAnswer, Faults } from "./faults.js";
import { answerFiles } from "./file-routes.js";
import { serveProxy } from "./proxy-session.js";
import { Sandbox } from "./sandbox.js";
import { answerServices } from "./service-routes.js";

export const TOKEN = "test-token-3f9a";
/** Which a token of the organization `acme` can be had for. */
export const MACAROON = "fm2_test-macaroon-77c1";
const CREATE_KEYS = [
  "name",
  "config",
  "environment",
  "labels",
  "url_settings",
  "wait_for_capacity",
  "runtime",
];
const PING_MS = 20_000;

/** What a request looked like on the wire. */
export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/**
 * A stand-in for the Sprites service on loopback: real processes, a real terminal, folders as sandboxes. Behaves as
 * the service was observed to, and misbehaves as told, per sandbox.
 */
export class SpritesServer {
  readonly received: Received[] = [];
  /** Every request for a token gets this answer. */
  tokenAnswer?: CannedAnswer | undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #upgrades = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  readonly #sandboxes = new Map<string, Sandbox>();
  readonly #pings: NodeJS.Timeout;
  readonly #scheme: string;

  private constructor(tls: { key: string; cert: string } | undefined) {
    const listener = (request: IncomingMessage, response: ServerResponse): void =>
      void this.#onRequest(request, response);
    this.#server = tls
      ? createTlsServer({ ...KEEP_ALIVE, ...tls }, listener)
      : createServer(KEEP_ALIVE, listener);
    this.#scheme = tls ? "https" : "http";
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("error", () => undefined);
    });
    this.#server.on(
      "upgrade",
      (request, socket, head) => void this.#onUpgrade(request, socket as Socket, head),
    );
    this.#pings = setInterval(() => {
      for (const client of this.#upgrades.clients) client.ping();
    }, PING_MS);
    this.#pings.unref();
  }

  static async start(tls?: { key: string; cert: string }): Promise<SpritesServer> {
    const server = new SpritesServer(tls);
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    server.add("box");
    return server;
  }

  get endpoint(): string {
    return `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Open exec sockets. */
  get connections(): number {
    return this.#upgrades.clients.size;
  }

  add(name: string, faults: Faults = {}, labels: readonly string[] = []): Sandbox {
    const sandbox = new Sandbox(name, labels);
    sandbox.faults = faults;
    this.#sandboxes.get(name)?.destroy();
    this.#sandboxes.set(name, sandbox);
    return sandbox;
  }

  sandbox(name = "box"): Sandbox {
    return this.#sandboxes.get(name) as Sandbox;
  }

  async close(): Promise<void> {
    clearInterval(this.#pings);
    for (const sandbox of this.#sandboxes.values()) sandbox.destroy();
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #onRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const { url, path } = this.#note(request, body.toString());
    const asked: Asked = { method: request.method ?? "", path: path.slice(3), query: url.searchParams, body };
    const sandbox = this.#sandboxes.get(path[2] ?? "");
    if (path[1] === "organizations")
      return sendAnswer(response, this.#answerTokens(request, path, asked), {});
    if (!isAuthorized(request)) return sendAnswer(response, { status: 401, json: UNAUTHORIZED }, {});
    if (sandbox === undefined) return sendAnswer(response, this.#answerAll(path, asked), {});
    await slow(sandbox.faults);
    if (sandbox.faults.restNeverAnswers) return;
    const canned = takeRest(sandbox.faults);
    await sendAnswer(response, canned ?? (await this.#answerOne(sandbox, asked)), sandbox.faults);
  }

  #answerAll(path: readonly string[], { method, query, ...asked }: Asked): Answer {
    if (path.length !== 2)
      return { status: 404, json: { error: "sprite_not_found", message: "sprite not found" } };
    if (method === "POST") {
      const body = jsonBody({ method, query, ...asked });
      const strange = Object.keys(body).filter((key) => !CREATE_KEYS.includes(key));
      if (strange.length > 0) return { status: 400, json: { error: `unknown: ${strange}` } };
      const sandbox = this.add(String(body.name), {}, body.labels as string[] | undefined);
      sandbox.change({ url_settings: body.url_settings });
      return { status: 201, json: describe(sandbox) };
    }
    const found = [...this.#sandboxes.values()].filter(({ name }) =>
      name.startsWith(query.get("prefix") ?? ""),
    );
    const start = Number(query.get("continuation_token") ?? 0);
    const end = start + Number(query.get("max_results") ?? 50);
    const more =
      end < found.length ? { has_more: true, next_continuation_token: String(end) } : { has_more: false };
    const counts = { running: found.length, warm: 0, cold: 0 };
    return { status: 200, json: { sprites: found.slice(start, end).map(describe), ...more, ...counts } };
  }

  #answerTokens({ headers }: IncomingMessage, path: readonly string[], asked: Asked): Answer {
    if (headers.authorization !== `FlyV1 ${MACAROON}`) return { status: 401, json: UNAUTHORIZED };
    if (this.tokenAnswer !== undefined)
      return { status: this.tokenAnswer.status, json: this.tokenAnswer.body };
    if (asked.method !== "POST" || path[3] !== "tokens" || path[2] !== "acme") return NOT_FOUND;
    const { description, invite_code: invite, ...strange } = jsonBody(asked);
    const ok = typeof description === "string" && ["string", "undefined"].includes(typeof invite);
    if (!ok || Object.keys(strange).length > 0) return { status: 400, json: { error: "bad_request" } };
    return { status: 201, json: { token: TOKEN } };
  }

  async #answerOne(sandbox: Sandbox, asked: Asked): Promise<Answer> {
    const [room, id] = asked.path;
    switch (room) {
      case undefined:
        if (asked.method === "PUT") sandbox.change(jsonBody(asked));
        if (asked.method !== "DELETE") return { status: 200, json: describe(sandbox) };
        sandbox.destroy();
        this.#sandboxes.delete(sandbox.name);
        return { status: 204 };
      case "upgrade":
      case "restart":
        if (asked.method !== "POST" || asked.body.length > 0) return NOT_FOUND;
        sandbox.renewals.push(room);
        return { status: 204 };
      case "exec":
        return id === undefined ? listSessions(sandbox) : this.#kill(sandbox, id, asked.query);
      case "checkpoint":
      case "checkpoints":
        return answerCheckpoints(sandbox, asked);
      case "fs":
        return answerFiles(sandbox, asked);
      case "services":
        return answerServices(sandbox, asked);
      case "policy":
        if (asked.method === "GET") return { status: 200, json: { rules: sandbox.rules } };
        sandbox.rules = jsonBody(asked).rules as unknown[];
        return { status: 204 };
      default:
        return NOT_FOUND;
    }
  }

  #kill(sandbox: Sandbox, id: string, query: URLSearchParams): Answer {
    const session = sandbox.sessions.get(id);
    if (session === undefined) return { status: 404, json: { error: `session not found: ${id}` } };
    const signal = (query.get("signal") ?? "SIGTERM") as NodeJS.Signals;
    const grace = query.get("timeout") === "0s" ? 0 : readDuration(query.get("timeout") ?? "10s");
    async function* lines(): AsyncGenerator<object> {
      session?.signal(signal);
      yield { type: "signal", message: `sent ${signal}` };
      const late = new Promise<"late">((resolve) => setTimeout(() => resolve("late"), grace).unref());
      const first = await Promise.race([session?.ended, late]);
      if (first === "late") {
        session?.signal("SIGKILL");
        yield { type: "timeout" };
        yield { type: "killed" };
      } else {
        yield { type: "exited" };
      }
      yield { type: "complete", exit_code: await session?.ended };
    }
    return { status: 200, lines: lines() };
  }

  async #onUpgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    const { url, path } = this.#note(request, "");
    const sandbox = this.#sandboxes.get(path[2] ?? "");
    await slow(sandbox?.faults);
    if (!isAuthorized(request)) refuse(socket, { status: 401, body: UNAUTHORIZED });
    else if (sandbox === undefined) refuse(socket, { status: 404, body: { error: "sprite not found" } });
    else if (sandbox.faults.dropAt === "upgrade") socket.destroy();
    else if (sandbox.faults.neverAnswer) return;
    else if (path[3] === "proxy") this.#acceptProxy(request, socket, head, sandbox);
    else {
      const id = path[4] ?? url.searchParams.get("id");
      const session = takeRefusal(sandbox.faults) ?? this.#findSession(sandbox, id, url.searchParams);
      if (session instanceof ExecSession) this.#accept(request, socket, head, session, sandbox);
      else refuse(socket, session);
    }
  }

  #accept(
    request: IncomingMessage,
    socket: Socket,
    head: Buffer,
    session: ExecSession,
    sandbox: Sandbox,
  ): void {
    const { faults } = sandbox;
    // `ws` has no option for headers of the 101 answer but this event.
    this.#upgrades.once("headers", (headers) => {
      headers.push("Sprite-Version: v0.0.1-rc46");
      if (!faults.noCapabilities) headers.push("X-Sprite-Capabilities: signal");
    });
    const joins = /\/exec\/\d/.test(request.url ?? "");
    this.#upgrades.handleUpgrade(request, socket, head, (client) => {
      client.on("ping", () => sandbox.pings++);
      if (faults.mutePongs) client.pong = () => undefined;
      session.join(client, socket, !joins);
    });
  }

  #acceptProxy(request: IncomingMessage, socket: Socket, head: Buffer, { faults }: Sandbox): void {
    const refusal = takeRefusal(faults);
    if (refusal !== undefined) refuse(socket, refusal);
    else this.#upgrades.handleUpgrade(request, socket, head, (client) => serveProxy(client, faults));
  }

  /** The session to join, a new one, or why not. Starts the process before the upgrade is accepted. */
  #findSession(sandbox: Sandbox, id: string | null, query: URLSearchParams): ExecSession | CannedAnswer {
    if (id !== null) {
      return sandbox.sessions.get(id) ?? { status: 404, body: { error: `session not found: ${id}` } };
    }
    const request = readExecQuery(query, sandbox);
    if (request.args.length === 0) return { status: 400, body: { error: "cmd is required" } };
    if (sandbox.faults.refuseMissingProgram && !canRun(request)) {
      return { status: 400, body: { error: `exec: ${request.path}: executable file not found` } };
    }
    const session: ExecSession = new ExecSession(request, sandbox.faults, () =>
      sandbox.sessions.delete(session.id),
    );
    sandbox.sessions.set(session.id, session);
    return session;
  }

  #note(request: IncomingMessage, body: string): { url: URL; path: string[] } {
    const url = new URL(request.url ?? "/", this.endpoint);
    const path = url.pathname.split("/").slice(1).map(decodeURIComponent);
    this.received.push({
      method: request.method ?? "",
      url: request.url ?? "",
      headers: request.headers,
      body,
    });
    return { url, path: path.at(-1) === "" ? path.slice(0, -1) : path };
  }
}

const UNAUTHORIZED = { error: "unauthorized", message: "the token is not valid" };

function isAuthorized(request: IncomingMessage): boolean {
  return request.headers.authorization === `Bearer ${TOKEN}`;
}

async function slow({ slowMs = 0 }: Faults = {}): Promise<void> {
  if (slowMs > 0) await new Promise((resolve) => setTimeout(resolve, slowMs));
}

function takeRest(faults: Faults): Answer | undefined {
  const canned = faults.restOnce ?? faults.rest;
  faults.restOnce = undefined;
  return canned && { status: canned.status, json: canned.body, headers: canned.headers ?? {} };
}

function takeRefusal(faults: Faults): CannedAnswer | undefined {
  const canned = faults.refuseOnce ?? faults.refuse;
  faults.refuseOnce = undefined;
  return canned;
}

function refuse(socket: Socket, { status, body = "", headers = {} }: CannedAnswer): void {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const lines = Object.entries({ "Content-Type": "application/json", ...headers }).map(
    ([k, v]) => `${k}: ${v}\r\n`,
  );
  const length = Buffer.byteLength(text);
  socket.end(
    `HTTP/1.1 ${status} Refused\r\n${lines.join("")}Content-Length: ${length}\r\nConnection: close\r\n\r\n${text}`,
  );
}

function listSessions(sandbox: Sandbox): Answer {
  const sessions = [...sandbox.sessions.values()].map((session) => ({
    id: session.id,
    command: session.command,
    workdir: session.query.cwd,
    created: session.created.toISOString(),
    tty: session.query.tty,
    bytes_per_second: 0,
    is_active: false,
    last_activity: session.created.toISOString(),
  }));
  return { status: 200, json: { count: sessions.length, sessions } };
}

function describe({ name, labels, urlAuth, privateAccess, createdAt }: Sandbox): object {
  return {
    id: `sprite-${name}`,
    name,
    organization: "acme",
    status: "running",
    url: `https://${name}.sprites.example`,
    url_settings: { auth: urlAuth, private_access: privateAccess },
    labels,
    created_at: createdAt,
    updated_at: createdAt,
    last_running_at: createdAt,
    primary_region: "ams",
    version: "0.0.1-rc46",
    environment_version: "7",
  };
}
