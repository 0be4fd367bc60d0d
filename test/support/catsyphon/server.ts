import { randomBytes, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { LoopbackServer } from "../loopback-server.js";
import { type Conversation, Conversations, type StoredMessage } from "./conversations.js";
import { holdsPoison, judgeEvent, type ReceivedEvent } from "./event-schema.js";

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}

/** One request as it came. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  readonly at: number;
}

/** What goes wrong with a request. `dropAfter` stores it and loses the answer. */
export type Fault =
  | { readonly status: number; readonly retryAfter?: string; readonly body?: unknown }
  | { readonly drop: "before" | "after" }
  | undefined;

const detail = (status: number, text: unknown): Answer => ({ status, body: { detail: text } });
const invalid = (loc: readonly (string | number)[], msg: string): Answer =>
  detail(422, [{ type: "value_error", loc, msg, input: null }]);
const CRASH: Answer = { status: 500, body: "Internal Server Error" };

/** Behaves like a CatSyphon server as far as collectors can tell, checked against a running one. */
export class FakeCatSyphon {
  readonly workspaceId = randomUUID();
  readonly requests: SeenRequest[] = [];
  readonly conversations = new Conversations();
  readonly collectors = new Map<string, { apiKey: string; body: Record<string, unknown>; active: boolean }>();
  /** Most requests for one session that were under way at the same time. */
  mostAtOnce = 0;
  /** Decides what goes wrong; asked for each request to the events, status and complete endpoints. */
  fault: (request: SeenRequest, nth: number) => Fault = () => undefined;
  /** Requires gapless numbers, as old servers did. */
  requireSequence = false;
  delayMs = 0;
  readonly #server = new LoopbackServer((request, response) => void this.#serve(request, response));
  readonly #atOnce = new Map<string, number>();
  readonly #prefix: string;
  #faultable = 0;

  private constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** @param prefix path in front of all routes, as a proxy would publish them */
  static async start(prefix = ""): Promise<FakeCatSyphon> {
    const fake = new FakeCatSyphon(prefix);
    await fake.#server.listen();
    return fake;
  }

  get url(): string {
    return `${this.#server.url}${this.#prefix}`;
  }

  stop(): Promise<void> {
    return this.#server.close();
  }

  /** Makes a collector without the registration request. */
  addCollector(): { collectorId: string; apiKey: string } {
    const collectorId = randomUUID();
    const apiKey = `cs_live_${randomBytes(32).toString("base64url")}`;
    this.collectors.set(collectorId, { apiKey, body: {}, active: true });
    return { collectorId, apiKey };
  }

  /** Fails the next requests in this way, then behaves. */
  failNext(count: number, fault: Fault): void {
    let left = count;
    this.fault = () => (left-- > 0 ? fault : undefined);
  }

  conversation(sessionId: string): Conversation {
    const found = this.conversations.get(sessionId);
    if (!found) throw new Error(`no conversation for session ${sessionId}`);
    return found;
  }

  /** Messages of a session in the order of time, as the page shows them. */
  messages(sessionId: string): StoredMessage[] {
    const { messages } = this.conversation(sessionId);
    return [...messages].sort((a, b) => (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0));
  }

  /** All events of all requests that were answered or not, in order of arrival. */
  sentEvents(sessionId: string): ReceivedEvent[] {
    return this.eventRequests().flatMap((body) => (body.session_id === sessionId ? body.events : []));
  }

  eventRequests(): { session_id: string; events: ReceivedEvent[] }[] {
    return this.requests
      .filter(({ path }) => path === "/collectors/events")
      .map(({ body }) => JSON.parse(body));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = request.url ?? "";
    const seen: SeenRequest = {
      method: request.method ?? "",
      path: url.startsWith(this.#prefix) ? url.slice(this.#prefix.length) : `outside ${url}`,
      headers: request.headers,
      body: Buffer.concat(chunks).toString("utf8"),
      at: Date.now(),
    };
    this.requests.push(seen);
    const fault =
      seen.path === "/collectors" ? this.#registerFault(seen) : this.fault(seen, ++this.#faultable);
    if (fault && "drop" in fault && fault.drop === "before") return void request.socket.destroy();
    if (fault && "status" in fault) return this.#reply(response, toAnswer(fault));
    const answer = await this.#countingOverlaps(seen, () => this.#answer(seen));
    if (fault && "drop" in fault) return void request.socket.destroy();
    this.#reply(response, answer);
  }

  /** Registration fails only when a test asks for it by name. */
  registrationFault: Fault;
  #registerFault(_: SeenRequest): Fault {
    const fault = this.registrationFault;
    this.registrationFault = undefined;
    return fault;
  }

  async #countingOverlaps(seen: SeenRequest, answer: () => Answer): Promise<Answer> {
    const session = seen.path === "/collectors/events" ? readSessionId(seen.body) : "";
    const open = (this.#atOnce.get(session) ?? 0) + 1;
    this.#atOnce.set(session, open);
    if (session) this.mostAtOnce = Math.max(this.mostAtOnce, open);
    if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
    this.#atOnce.set(session, (this.#atOnce.get(session) ?? 1) - 1);
    return answer();
  }

  #reply(response: ServerResponse, { status, body, headers }: Answer): void {
    const isText = typeof body === "string";
    response.writeHead(status, { "Content-Type": isText ? "text/plain" : "application/json", ...headers });
    response.end(isText ? body : JSON.stringify(body));
  }

  #answer(seen: SeenRequest): Answer {
    const { method, path } = seen;
    if (method === "POST" && path === "/collectors") return this.#register(seen);
    if (method === "POST" && path === "/collectors/events")
      return this.#authorized(seen, () => this.#events(seen));
    const [, id, action] = /^\/collectors\/sessions\/([^/]*)(\/complete)?$/.exec(path) ?? [];
    if (id === undefined) return detail(404, "Not Found");
    const sessionId = decodeURIComponent(id);
    if (sessionId.includes("/")) return detail(404, "Not Found");
    return this.#authorized(seen, (collectorId) => {
      const conversation = this.conversations.get(sessionId);
      if (!conversation) return detail(404, `Session not found: ${sessionId}`);
      if (conversation.collectorId !== collectorId)
        return detail(403, "Session belongs to another collector");
      if (method === "GET" && !action) return { status: 200, body: toStatus(conversation) };
      if (method === "POST" && action) return this.#complete(conversation, seen);
      return detail(405, "Method Not Allowed");
    });
  }

  #register({ headers, body }: SeenRequest): Answer {
    const parsed = parse(headers, body);
    if (!parsed) return invalid(["body"], "Field required");
    for (const name of ["collector_type", "collector_version", "hostname", "workspace_id"]) {
      if (typeof parsed[name] !== "string") return invalid(["body", name], "Field required");
    }
    if (`${parsed.collector_type}@${parsed.hostname}`.length > 255) return CRASH;
    if (!/^[0-9a-f-]{36}$/i.test(String(parsed.workspace_id))) {
      return invalid(["body", "workspace_id"], "Input should be a valid UUID");
    }
    if (parsed.workspace_id !== this.workspaceId) return detail(404, "Workspace not found");
    const { collectorId, apiKey } = this.addCollector();
    const collector = this.collectors.get(collectorId);
    if (collector) collector.body = parsed;
    return {
      status: 201,
      body: {
        collector_id: collectorId,
        api_key: apiKey,
        api_key_prefix: apiKey.slice(0, 12),
        created_at: new Date().toISOString(),
      },
    };
  }

  #authorized({ headers }: SeenRequest, next: (collectorId: string) => Answer): Answer {
    const { authorization } = headers;
    const collectorId = headers["x-collector-id"];
    if (authorization === undefined) return invalid(["header", "authorization"], "Field required");
    if (typeof collectorId !== "string") return invalid(["header", "x-collector-id"], "Field required");
    if (!authorization.startsWith("Bearer ")) return detail(401, "Invalid authorization header");
    if (!/^[0-9a-f-]{36}$/i.test(collectorId)) return detail(400, "Invalid collector ID");
    const collector = this.collectors.get(collectorId);
    if (collector?.apiKey !== authorization.slice(7)) return detail(401, "Invalid API key");
    return collector.active ? next(collectorId) : detail(403, "Collector is disabled");
  }

  #events({ headers, body }: SeenRequest): Answer {
    if (headers["content-encoding"]) return detail(400, "There was an error parsing the body");
    const parsed = parse(headers, body);
    if (!parsed) return invalid(["body"], "Field required");
    const { session_id: sessionId, events } = parsed;
    if (typeof sessionId !== "string") return invalid(["body", "session_id"], "Field required");
    if (!Array.isArray(events) || events.length < 1 || events.length > 50) {
      return invalid(["body", "events"], "List should have 1 to 50 items");
    }
    const verdicts = events.map(judgeEvent);
    for (const verdict of verdicts) if (verdict.kind === "invalid") return invalid(verdict.loc, verdict.msg);
    const zones = new Set(events.map((event: ReceivedEvent) => /(Z|[+-]\d\d:\d\d)$/.test(event.emitted_at)));
    const crashes = verdicts.some(({ kind }) => kind === "crash") || zones.size > 1 || holdsPoison(events);
    if (crashes || sessionId.length > 255) return CRASH;
    return this.#store(sessionId, String(headers["x-collector-id"]), events);
  }

  #store(sessionId: string, collectorId: string, events: readonly ReceivedEvent[]): Answer {
    const last = this.conversations.get(sessionId)?.lastSequence ?? 0;
    if (this.requireSequence && events[0]?.sequence !== last + 1) {
      const gap = { error: "sequence_gap", last_received_sequence: last, expected_sequence: last + 1 };
      return detail(409, { ...gap, message: "Sequence gap" });
    }
    const accepted = this.conversations.append(sessionId, collectorId, events);
    const { lastSequence, id } = this.conversation(sessionId);
    return {
      status: 202,
      body: { accepted, last_sequence: lastSequence, conversation_id: id, warnings: [] },
    };
  }

  #complete(conversation: Conversation, { headers, body }: SeenRequest): Answer {
    const parsed = parse(headers, body);
    if (typeof parsed?.outcome !== "string") return invalid(["body", "outcome"], "Field required");
    if (parsed.event_count !== undefined && !Number.isInteger(parsed.event_count)) {
      return invalid(["body", "event_count"], "Input should be a valid integer");
    }
    this.conversations.complete(conversation, parsed.outcome, parsed.summary);
    const { sessionId, id, status, messages } = conversation;
    return {
      status: 200,
      body: { session_id: sessionId, conversation_id: id, status, total_events: messages.length },
    };
  }
}

function parse(headers: IncomingMessage["headers"], body: string): Record<string, unknown> | undefined {
  if (!headers["content-type"]?.startsWith("application/json")) return undefined;
  try {
    return JSON.parse(body) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function readSessionId(body: string): string {
  try {
    return String(JSON.parse(body).session_id);
  } catch {
    return "";
  }
}

function toAnswer(fault: { status: number; retryAfter?: string; body?: unknown }): Answer {
  const body = fault.body ?? (fault.status === 500 ? "Internal Server Error" : { detail: "made to fail" });
  const headers = fault.retryAfter === undefined ? undefined : { "Retry-After": fault.retryAfter };
  return { status: fault.status, body, ...(headers && { headers }) };
}

function toStatus(conversation: Conversation) {
  return {
    session_id: conversation.sessionId,
    conversation_id: conversation.id,
    last_sequence: conversation.lastSequence,
    event_count: conversation.eventCount,
    first_event_at: conversation.startTime,
    last_event_at: new Date().toISOString(),
    status: conversation.status,
  };
}
