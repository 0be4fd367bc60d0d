import type { Agent } from "./agent.js";
import { type Answer, crash, ok, refusal } from "./answer.js";

export const MAX_BODY_BYTES = 262_144;
const MAX_EVENTS = 500;
const MAX_DATA_LENGTH = 16_384;
const EARLIEST_TS = 1_577_836_800;

/** A body as it came over the wire. */
export interface ReceivedBody {
  readonly raw: Uint8Array;
  /** The `Content-Length` header; absent on chunked bodies. */
  readonly contentLength: string | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: the server checks nothing of what it parsed but what is written here
type Unchecked = any;

/** `POST /v1/ingest` after the key was accepted: the server's checks in the server's order, then the inserts. */
export function ingest(agent: Agent, body: ReceivedBody, nowMs: number): Answer {
  if (Number.parseInt(body.contentLength ?? "0", 10) > MAX_BODY_BYTES) {
    return refusal(413, "Request too large");
  }
  if (body.raw.byteLength > MAX_BODY_BYTES) return oversized;
  let parsed: Unchecked;
  try {
    parsed = JSON.parse(new TextDecoder().decode(body.raw));
  } catch (error) {
    return crash(String(error));
  }
  if (!parsed) return oversized;
  const { events } = parsed;
  if (!events?.length) return refusal(400, "No events");
  if (events.length > MAX_EVENTS) return refusal(413, `Max ${MAX_EVENTS} events per batch`);
  try {
    return judge(events, nowMs) ?? exceeds(agent, events.length, nowMs) ?? store(agent, events, nowMs);
  } catch (error) {
    return crash(String(error));
  }
}

const oversized = refusal(413, "Invalid or oversized request body (max 256KB)");

/** The first thing wrong with any event. Throws where the server does: `null` in the list, a list that is none. */
function judge(events: Iterable<Unchecked>, nowMs: number): Answer | undefined {
  for (const { kind, ts, data, session } of events) {
    if (typeof kind !== "string" || !/^[A-Za-z0-9_]+$/.test(kind) || kind.length > 64) {
      return refusal(400, "Invalid event kind: must be alphanumeric/underscore, max 64 chars");
    }
    if (typeof ts !== "number" || !(ts >= EARLIEST_TS && ts <= nowMs / 1000 + 86_400)) {
      return refusal(400, "Invalid timestamp: must be a reasonable unix timestamp");
    }
    if (data != null && typeof data !== "object") return refusal(400, "Event data must be an object");
    if (data && JSON.stringify(data).length > MAX_DATA_LENGTH) {
      return refusal(413, "Event data too large (max 16KB)");
    }
    if (session && (typeof session !== "string" || session.length > 256)) {
      return refusal(400, "Session key too long (max 256 chars)");
    }
  }
  return undefined;
}

function exceeds(agent: Agent, count: number, nowMs: number): Answer | undefined {
  const { limits, plan } = agent;
  if (count > limits.maxBatchSize) {
    return refusal(413, `Batch too large. Max ${limits.maxBatchSize} events per request on ${plan} plan.`);
  }
  if (agent.countToday(nowMs) + count > limits.eventsPerDay) {
    const text = `Daily event limit reached (${limits.eventsPerDay} events/day on ${plan} plan).`;
    return refusal(429, `${text} Upgrade for higher limits.`);
  }
  return undefined;
}

function store(agent: Agent, events: readonly Unchecked[], nowMs: number): Answer {
  if (events.some(({ data }) => data === undefined)) {
    throw new Error("D1_TYPE_ERROR: Type 'undefined' not supported for value 'undefined'");
  }
  for (const { kind, ts, session, data } of events) {
    agent.append({ kind, ts, session_key: session || null, data });
  }
  if (events.some(({ kind }) => kind === "heartbeat")) agent.lastSeen = Math.floor(nowMs / 1000) * 1000;
  addCosts(agent, events, nowMs);
  for (const { kind, session, data } of events) {
    if (kind !== "transcript") continue;
    const key = session || data?.session_key;
    if (!key || !Array.isArray(data?.messages)) continue;
    const updatedAt = new Date(nowMs).toISOString().slice(0, 19).replace("T", " ");
    agent.transcripts.set(key, { messages: data.messages, updatedAt });
  }
  return ok({ accepted: events.length });
}

/** The rows are in by now: a cost event whose data is `null` leaves them there and only the totals unchanged. */
function addCosts(agent: Agent, events: readonly Unchecked[], nowMs: number): void {
  const costs = events.filter(({ kind }) => kind === "cost");
  if (costs.length === 0) return;
  let cost = 0;
  let tokens = 0;
  for (const { data } of costs) {
    cost += data.cost_usd || 0;
    tokens += data.tokens || 0;
  }
  agent.addCost(nowMs, cost, tokens);
}
