import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { Agent } from "./agent.js";
import { type Answer, crash, ok, refusal } from "./answer.js";
import { ingest } from "./ingest.js";
import * as readBack from "./read-back.js";

const REGISTRATIONS_PER_HOUR = 5;

interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly raw: Uint8Array;
  readonly contentLength: string | undefined;
  /** What followed `Bearer `, if it begins with `ap_`. */
  readonly key: string | undefined;
  readonly agent: Agent | undefined;
}

/** The routes of the Worker that collectors and their tests meet. */
export function serveWorker(request: Request, registrations: Registrations, nowMs: number): Answer {
  const { method, path, key, agent } = request;
  if (method === "OPTIONS") return { status: 204, body: "" };
  if (method === "GET" && path === "/v1/health") return ok({ status: "ok" });
  if (method === "POST" && path === "/v1/register") return registrations.register(request, nowMs);
  if (key === undefined) return refusal(401, "Missing or invalid API key");
  if (!agent) return refusal(403, "Invalid API key");
  if (method === "POST" && path === "/v1/ingest") return ingest(agent, request, nowMs);
  if (method === "POST" && path === "/v1/heartbeat") {
    agent.lastSeen = nowMs;
    return ok({ ok: true });
  }
  const answer = method === "GET" ? read(agent, request, nowMs) : undefined;
  return answer ?? refusal(404, "Not found");
}

function read(agent: Agent, { path, query }: Request, nowMs: number): Answer | undefined {
  const since = Number.parseFloat(query.get("since") || String(nowMs / 1000 - 86_400));
  const limit = Number.parseInt(query.get("limit") || "100", 10);
  switch (path) {
    case "/v1/events":
      return Number.isNaN(limit)
        ? crash("Error: D1_ERROR: datatype mismatch")
        : ok(readBack.events(agent, query));
    case "/v1/stats":
      return ok(readBack.stats(agent, query.get("period") || "24h", nowMs));
    case "/v1/sessions":
      return ok(readBack.sessions(agent, since));
    case "/v1/crons":
      return ok(readBack.crons(agent));
    case "/v1/mailbox":
      return ok(readBack.mailbox(agent, since, Math.min(query.has("limit") ? limit : 200, 1000)));
  }
  const key = /^\/v1\/sessions\/(.+)\/transcript$/.exec(path)?.[1];
  if (key === undefined) return undefined;
  const session_key = decodeURIComponent(key);
  const found = agent.transcripts.get(session_key);
  if (!found) return ok({ messages: [], session_key });
  return ok({ messages: found.messages, session_key, updated_at: found.updatedAt });
}

/** `POST /v1/register`: five calls an hour from one address, failed ones included. */
export class Registrations {
  readonly #calls = new Map<string, { count: number; resetAt: number }>();
  readonly #agents: Map<string, Agent>;

  constructor(agents: Map<string, Agent>) {
    this.#agents = agents;
  }

  register({ headers, raw, contentLength }: Request, nowMs: number): Answer {
    if (Number(contentLength ?? 0) > 262_144) return refusal(413, "Request too large");
    if (!this.#allows(String(headers["cf-connecting-ip"] ?? "unknown"), nowMs)) {
      return refusal(429, "Too many registrations. Try again later.");
    }
    // biome-ignore lint/suspicious/noExplicitAny: as unchecked as on the server
    let body: any;
    try {
      body = JSON.parse(new TextDecoder().decode(raw));
    } catch (error) {
      return crash(String(error));
    }
    if (!body) return refusal(400, "Invalid or oversized request body");
    const { name, email } = body;
    if (!name || name.length < 2) return refusal(400, "Name required (min 2 chars)");
    if (email && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) return refusal(400, "Invalid email format");
    if (email && [...this.#agents.values()].some((agent) => agent.email === email)) {
      return refusal(409, "Name or email already registered");
    }
    const api_key = `ap_${randomBytes(16).toString("hex")}`;
    this.#agents.set(api_key, new Agent("free", {}, email));
    return ok({ name, api_key, plan: "free" }, 201);
  }

  #allows(address: string, nowMs: number): boolean {
    const calls = this.#calls.get(address);
    if (!calls || calls.resetAt <= nowMs) {
      this.#calls.set(address, { count: 1, resetAt: nowMs + 3_600_000 });
      return true;
    }
    calls.count++;
    return calls.count <= REGISTRATIONS_PER_HOUR;
  }
}
