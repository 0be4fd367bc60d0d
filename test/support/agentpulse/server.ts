import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { gunzipSync } from "node:zlib";
import { LoopbackServer } from "../loopback-server.js";
import { Agent, type Limits, type Plan, type StoredEvent } from "./agent.js";
import type { Answer } from "./answer.js";
import { type Fault, type FaultHook, toAnswer } from "./faults.js";
import { CLOSED, serveSelfHost } from "./self-host.js";
import { Registrations, serveWorker } from "./worker.js";

export interface AgentPulseOptions {
  /**
   * What becomes of a compressed body: `fails` with 500, as on the Worker; `decodes`, as behind a proxy that does;
   * `closes` the connection, as the self-host server does, whose other rules then hold as well. @default "fails"
   */
  readonly gzip?: "fails" | "decodes" | "closes";
  /** Plan of the key the server begins with. @default "free" */
  readonly plan?: Plan;
  /** Other limits than the plan's, for that key. */
  readonly limits?: Partial<Limits>;
  readonly fault?: FaultHook<SeenRequest>;
  /** Path in front of all routes. */
  readonly prefix?: string;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** One request as it came, and what it was answered. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly raw: Buffer;
  /** As text, decoded when it came as gzip. */
  readonly body: string;
  readonly at: number;
  /** Absent while none was sent, and when none ever was. */
  answer?: Answer;
}

/** An event as it was sent, with what the server throws away. */
export interface SentEvent {
  readonly kind: string;
  readonly ts: number;
  readonly session?: string;
  readonly span_id?: string;
  readonly parent_span_id?: string;
  readonly data: Record<string, unknown>;
}

const INGEST = "/v1/ingest";

export async function startAgentPulse(options: AgentPulseOptions = {}): Promise<FakeAgentPulse> {
  const fake = new FakeAgentPulse(options);
  await fake.listen();
  return fake;
}

/** Answers as an AgentPulse server does, checked against a running one; alert rules are left out. */
export class FakeAgentPulse {
  readonly key = newKey();
  readonly requests: SeenRequest[] = [];
  /** Every event the server took, as it was sent, also when the answer was lost. */
  readonly accepted: SentEvent[] = [];
  fault: FaultHook<SeenRequest>;
  readonly #options: AgentPulseOptions;
  readonly #server = new LoopbackServer((request, response) => void this.#serve(request, response));
  readonly #agents = new Map<string, Agent>();
  readonly #counts = new Map<string, number>();
  readonly #registrations = new Registrations(this.#agents);

  constructor(options: AgentPulseOptions) {
    this.#options = options;
    this.fault = options.fault ?? (() => undefined);
    this.#agents.set(this.key, new Agent(options.plan ?? "free", options.limits));
  }

  listen(): Promise<void> {
    return this.#server.listen();
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  get url(): string {
    return `${this.#server.url}${this.#options.prefix ?? ""}`;
  }

  /** What is stored for the first key, and what the read-back routes make of it. */
  get agent(): Agent {
    return this.#agents.get(this.key) as Agent;
  }

  /** The rows stored for the first key, in order of arrival. */
  get events(): readonly StoredEvent[] {
    return this.agent.events;
  }

  /** Requests to the ingest route, answered or not. */
  get ingests(): SeenRequest[] {
    return this.requests.filter(({ path }) => path === INGEST);
  }

  get heartbeats(): SeenRequest[] {
    return this.requests.filter(({ path }) => path === "/v1/heartbeat");
  }

  /** All accepted events of a kind, as sent. */
  ofKind(kind: string): SentEvent[] {
    return this.accepted.filter((event) => event.kind === kind);
  }

  /** Lets the next requests to a path fail in this way. */
  failNext(count: number, fault: Fault, path = INGEST): void {
    let left = count;
    this.fault = (request) => (request.path === path && left-- > 0 ? fault : undefined);
  }

  /** One more key, without a request. */
  addAgent(plan: Plan = "free", limits: Partial<Limits> = {}): string {
    const key = newKey();
    this.#agents.set(key, new Agent(plan, limits));
    return key;
  }

  /** `GET` of a read-back route as the owner of the first key. */
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect
  async get(path: string): Promise<any> {
    const response = await fetch(this.url + path, { headers: { Authorization: `Bearer ${this.key}` } });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  readonly stats = (period = "24h") => this.get(`/v1/stats?period=${period}`);
  readonly sessions = async () => (await this.get("/v1/sessions")).sessions;
  readonly crons = async () => (await this.get("/v1/crons")).crons;

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const raw = await readAll(request);
    if (raw === undefined) return;
    const { prefix = "" } = this.#options;
    const url = request.url ?? "/";
    const seen: SeenRequest = {
      method: request.method ?? "",
      path: url.startsWith(prefix) ? (url.slice(prefix.length).split("?")[0] ?? "") : `outside ${url}`,
      headers: request.headers,
      raw,
      body: (gunzip(raw) ?? raw).toString("utf8"),
      at: Date.now(),
    };
    this.requests.push(seen);
    const nth = (this.#counts.get(seen.path) ?? 0) + 1;
    this.#counts.set(seen.path, nth);
    const fault = await this.fault(seen, nth);
    if (fault && !fault.stored) return this.#fail(fault, seen, response);
    const answer = this.#answer(seen, new URL(url, "http://fake").searchParams);
    if (fault) return this.#fail(fault, seen, response);
    if (answer === CLOSED) return void request.socket.end();
    reply(seen, answer, response);
  }

  #fail(fault: Fault, seen: SeenRequest, response: ServerResponse): void {
    if (fault.kind === "answer") reply(seen, toAnswer(fault), response);
    if (fault.kind === "reset") response.socket?.resetAndDestroy();
    if (fault.kind === "close") response.socket?.end();
    if (fault.kind === "hang" && fault.forMs !== undefined) {
      setTimeout(() => response.socket?.resetAndDestroy(), fault.forMs).unref();
    }
  }

  #answer(seen: SeenRequest, query: URLSearchParams): Answer | typeof CLOSED {
    const now = (this.#options.now ?? Date.now)();
    const { method, path, headers } = seen;
    const { gzip = "fails" } = this.#options;
    const isZipped = gzip === "decodes" && headers["content-encoding"] === "gzip";
    const raw = isZipped ? gunzip(seen.raw) : seen.raw;
    if (!raw) return { status: 400, body: "<html>400 Bad Request</html>" };
    const key = /^Bearer (ap_.*)$/.exec(headers.authorization ?? "")?.[1];
    const request = { method, path, query, raw, headers, key, agent: this.#agents.get(key ?? "") };
    const contentLength = headers["content-length"];
    const answer =
      gzip === "closes"
        ? serveSelfHost({ ...request, contentLength: Number(contentLength ?? 0) }, now)
        : serveWorker({ ...request, contentLength }, this.#registrations, now);
    if (path === INGEST && answer !== CLOSED && answer.status === 200) {
      this.accepted.push(...JSON.parse(new TextDecoder().decode(raw)).events);
    }
    return answer;
  }
}

export const newKey = () => `ap_${randomBytes(16).toString("hex")}`;

/** `undefined` when the client went away before the end. */
async function readAll(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks);
}

function gunzip(raw: Buffer): Buffer | undefined {
  try {
    return gunzipSync(raw);
  } catch {
    return undefined;
  }
}

function reply(seen: SeenRequest, answer: Answer, response: ServerResponse): void {
  seen.answer = answer;
  const isText = typeof answer.body === "string";
  const type = isText ? "text/plain;charset=UTF-8" : "application/json";
  response.writeHead(answer.status, { "Content-Type": type, ...answer.headers });
  response.end(isText ? answer.body : JSON.stringify(answer.body));
}
