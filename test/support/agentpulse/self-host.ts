import { type Agent, toNumber } from "./agent.js";
import { type Answer, ok, refusal } from "./answer.js";
import * as worker from "./read-back.js";

/** An uncaught exception of the self-host server: the connection is closed without an answer. */
export const CLOSED = Symbol("closed without an answer");

// biome-ignore lint/suspicious/noExplicitAny: the server checks nothing of what it parsed
type Unchecked = any;

interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly raw: Uint8Array;
  /** 0 when the body is chunked: the server does not read it then. */
  readonly contentLength: number;
  readonly agent: Agent | undefined;
}

/** The self-host server written in Python: other rules than the Worker's, or rather none. */
export function serveSelfHost(request: Request, nowMs: number): Answer | typeof CLOSED {
  const { method, path, agent } = request;
  if (method === "GET" && path === "/v1/health") return ok({ status: "ok", version: "0.1.0-dev" });
  if (method === "GET") return agent ? readBack(agent, request, nowMs) : unauthorized;
  if (method !== "POST") return { status: 501, body: `Unsupported method ('${method}')` };
  let body: Unchecked = {};
  try {
    if (request.contentLength > 0) body = parse(request.raw);
  } catch {
    return CLOSED;
  }
  if (!agent) return unauthorized;
  return path === "/v1/ingest" ? ingest(agent, body, nowMs) : notFound;
}

const unauthorized = refusal(401, "Unauthorized");
const notFound = refusal(404, "Not found");

const parse = (raw: Uint8Array) => JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(raw));

/** Events before the one that it stumbles over stay stored. */
function ingest(agent: Agent, body: Unchecked, nowMs: number): Answer | typeof CLOSED {
  if (!isObject(body)) return CLOSED;
  const { events = [] } = body;
  if (events === null || events.length === 0) return refusal(400, "No events");
  if (!Array.isArray(events)) return CLOSED;
  for (const event of events) {
    if (!isObject(event)) return CLOSED;
    const { kind = "unknown", ts = nowMs / 1000, session = null, data = {} } = event;
    if (isObject(session) || isObject(ts) || isObject(kind) || ts === null || kind === null) return CLOSED;
    agent.append({ kind, ts, session_key: session, data });
    if (kind === "cost" && !isObject(data)) return CLOSED;
  }
  return ok({ accepted: events.length });
}

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null;

function readBack(agent: Agent, { path, query }: Request, nowMs: number): Answer {
  const since = Number(query.get("since") ?? nowMs / 1000 - 86_400);
  switch (path) {
    case "/v1/events":
      return ok(worker.events(agent, query));
    case "/v1/stats":
      return ok(stats(agent, query.get("period") ?? "24h", nowMs));
    case "/v1/sessions":
      return ok({ sessions: worker.sessions(agent, since).sessions.map(toSession) });
    case "/v1/crons":
      return ok(worker.crons(agent));
    default:
      return notFound;
  }
}

const toSession = ({ session_key, started, last_active, events }: Record<string, unknown>) => ({
  session_key,
  started,
  last_active,
  events,
});

/** Reads other fields than the Worker: `cost`, and the two parts of the tokens. */
function stats(agent: Agent, period: string, nowMs: number) {
  const hours = Number.parseInt(period, 10) * (period.endsWith("d") ? 24 : 1) || 24;
  const rows = agent.events.filter(({ ts }) => ts > nowMs / 1000 - hours * 3600);
  const events: Record<string, number> = {};
  for (const { kind } of rows) events[kind] = (events[kind] ?? 0) + 1;
  const cost = { usd: 0, tokens: 0 };
  for (const { kind, data } of rows) {
    if (kind !== "cost") continue;
    const { cost: usd, input_tokens, output_tokens } = data as Record<string, unknown>;
    cost.usd += toNumber(usd);
    if (input_tokens != null && output_tokens != null) {
      cost.tokens += toNumber(input_tokens) + toNumber(output_tokens);
    }
  }
  return { period, total_events: rows.length, events, cost, cron_health: cronHealth(agent) };
}

function cronHealth(agent: Agent) {
  const counts = new Map<string, number>();
  for (const { job, status } of worker.crons(agent).crons) {
    const key = JSON.stringify([job, status]);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].sort().map(([key, count]) => {
    const [job, status] = JSON.parse(key) as [string | null, string | null];
    return { job, status, count };
  });
}
