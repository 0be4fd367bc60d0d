import { type Agent, type StoredEvent, toNumber, utcDate } from "./agent.js";

type Cell = string | number | null;

/** SQLite's `json_extract(data, '$.key')`. */
function extract({ data }: StoredEvent, key: string): Cell {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return null;
  const value = (data as Record<string, unknown>)[key];
  if (value === undefined || value === null) return null;
  if (typeof value === "string" || typeof value === "number") return value;
  return typeof value === "boolean" ? Number(value) : JSON.stringify(value);
}

const sum = (rows: readonly StoredEvent[], key: string): number =>
  rows.reduce((total, row) => total + toNumber(extract(row, key)), 0);

/** Texts are greater than numbers, and nothing is smaller than anything. */
function greatest(cells: readonly Cell[]): Cell {
  const texts = cells.filter((cell) => typeof cell === "string").sort();
  const numbers = cells.filter((cell) => typeof cell === "number").sort((a, b) => a - b);
  return texts.at(-1) ?? numbers.at(-1) ?? null;
}

const maxOf = (rows: readonly StoredEvent[], key: string): Cell =>
  greatest(rows.map((row) => extract(row, key)));

const firstTs = (rows: readonly StoredEvent[]) => Math.min(...rows.map(({ ts }) => ts));
const lastTs = (rows: readonly StoredEvent[]) => Math.max(...rows.map(({ ts }) => ts));

function groupBy<Key>(rows: readonly StoredEvent[], keyOf: (row: StoredEvent) => Key) {
  const groups = new Map<Key, StoredEvent[]>();
  for (const row of rows) {
    const key = keyOf(row);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return groups;
}

const newestFirst = (a: StoredEvent, b: StoredEvent) => b.ts - a.ts || a.id - b.id;

interface Naming {
  readonly job_name: Cell;
  readonly label: Cell;
  readonly session_type: Cell;
}

/** What `session` events say their sessions are called. */
function namings(rows: readonly StoredEvent[]): Map<string, Naming> {
  const named = new Map<string, Naming>();
  const telling = rows.filter(
    (row) => row.kind === "session" && (extract(row, "job_name") !== null || extract(row, "label") !== null),
  );
  for (const [key, group] of groupBy(telling, (row) => row.session_key)) {
    const last = group.at(-1) as StoredEvent;
    if (key === null) continue;
    const session_type = maxOf(group, "type");
    named.set(key, { job_name: extract(last, "job_name"), label: extract(last, "label"), session_type });
  }
  return named;
}

/** `GET /v1/events`. */
export function events(agent: Agent, query: URLSearchParams) {
  const limit = Math.min(Number.parseInt(query.get("limit") || "100", 10), 1000);
  const kind = query.get("kind");
  const session = query.get("session");
  const since = Number.parseFloat(query.get("since") || "-Infinity");
  const rows = agent.events
    .filter((row) => (!kind || row.kind === kind) && (!session || row.session_key === session))
    .filter(({ ts }) => ts >= since)
    .sort(newestFirst)
    .slice(0, limit < 0 ? undefined : limit);
  return { events: rows, count: rows.length };
}

const PERIOD_DAYS: Record<string, number> = { "7d": 7, "30d": 30 };

/** `GET /v1/stats`. */
export function stats(agent: Agent, period: string, nowMs: number) {
  const days = PERIOD_DAYS[period] ?? 1;
  const rows = agent.events.filter(({ ts }) => ts >= nowMs / 1000 - days * 86_400);
  const costs = rows.filter(({ kind }) => kind === "cost");
  const dates = [...agent.costDaily].filter(([date]) => date >= utcDate(nowMs - days * 86_400_000)).sort();
  const total = (key: "cost" | "tokens") => dates.reduce((n, [, day]) => n + toNumber(day[key]), 0);
  const { lastSeen } = agent;
  return {
    period,
    gateway_status: {
      last_seen: lastSeen === undefined ? null : new Date(lastSeen).toISOString(),
      alive: lastSeen !== undefined && nowMs - lastSeen < 1_200_000,
    },
    events: Object.fromEntries([...groupBy(rows, ({ kind }) => kind)].map(([k, group]) => [k, group.length])),
    cost: { usd: total("cost"), tokens: total("tokens") },
    cron_health: cronHealth(agent, rows),
    top_sessions: topSessions(agent, costs),
    model_costs: modelCosts(costs),
    daily_spend: dates.map(([date, { cost }]) => ({ date, cost })),
  };
}

function cronHealth(agent: Agent, recent: readonly StoredEvent[]) {
  const isRun = (row: StoredEvent) => row.kind === "cron" && extract(row, "status") !== null;
  const lastRuns = new Map(agent.events.filter(isRun).map((row) => [extract(row, "job"), row]));
  const groups = groupBy(recent.filter(isRun), (row) =>
    JSON.stringify([extract(row, "job"), extract(row, "status") === "ok" ? "ok" : "fail"]),
  );
  return [...groups].sort().map(([key, group]) => {
    const [job, status] = JSON.parse(key) as [Cell, string];
    const last = lastRuns.get(job) as StoredEvent;
    return {
      job,
      status,
      count: group.length,
      last_run_ts: extract(last, "started_at") ?? last.ts,
      last_status: extract(last, "status"),
      last_duration_ms: extract(last, "duration_ms"),
      last_error: extract(last, "error"),
      last_summary: extract(last, "summary"),
    };
  });
}

/** By name, so that the runs of a job are one line. Its duration spans the cost events only. */
function topSessions(agent: Agent, costs: readonly StoredEvent[]) {
  const named = namings(agent.events);
  const nameOf = (key: string) => named.get(key)?.job_name ?? named.get(key)?.label ?? key;
  const inSessions = costs.filter(({ session_key }) => session_key !== null);
  return [...groupBy(inSessions, ({ session_key }) => nameOf(session_key as string)).values()]
    .map((group) => {
      const keys = group.map(({ session_key }) => session_key as string).sort();
      return {
        key: keys[0],
        cost: sum(group, "cost_usd"),
        tokens: sum(group, "tokens"),
        model: maxOf(group, "model") || "",
        duration: lastTs(group) - firstTs(group),
        job_name: greatest(keys.map((key) => named.get(key)?.job_name ?? null)),
        label: greatest(keys.map((key) => named.get(key)?.label ?? null)),
      };
    })
    .sort((a, b) => b.cost - a.cost)
    .slice(0, 20);
}

function modelCosts(costs: readonly StoredEvent[]) {
  const withModel = costs.filter((row) => extract(row, "model") !== null);
  return [...groupBy(withModel, (row) => extract(row, "model"))]
    .map(([model, group]) => ({
      model: model || "unknown",
      cost: sum(group, "cost_usd"),
      tokens: sum(group, "tokens"),
    }))
    .sort((a, b) => b.cost - a.cost);
}

/** `GET /v1/sessions`. */
export function sessions(agent: Agent, since: number) {
  const rows = agent.events.filter(({ session_key, ts }) => session_key !== null && ts >= since);
  const named = namings(rows);
  const list = [...groupBy(rows, ({ session_key }) => session_key as string)].map(([session_key, group]) => {
    const costs = group.filter(({ kind }) => kind === "cost");
    return {
      session_key,
      started: firstTs(group),
      last_active: lastTs(group),
      events: group.length,
      cost: sum(costs, "cost_usd"),
      tokens: sum(costs, "tokens"),
      model: maxOf(costs, "model") || "",
      job_name: jobName(session_key, named),
      label: named.get(session_key)?.label || null,
      session_type: named.get(session_key)?.session_type || null,
    };
  });
  return { sessions: list.sort((a, b) => b.last_active - a.last_active) };
}

/** A run of a cron job is also named by what was said of its job, or of another run of the same hex id. */
function jobName(key: string, named: ReadonlyMap<string, Naming>): Cell {
  const own = named.get(key)?.job_name || named.get(key.split(":run:")[0] ?? key)?.job_name;
  if (own) return own;
  const id = /:cron:([0-9a-f-]+)/.exec(key)?.[1];
  if (id === undefined) return null;
  for (const [other, { job_name }] of named) if (other.includes(id) && job_name) return job_name;
  return null;
}

/** `GET /v1/crons`. */
export function crons(agent: Agent) {
  const rows = agent.events.filter(({ kind }) => kind === "cron").sort(newestFirst);
  return {
    crons: rows.slice(0, 50).map((row) => ({
      job: extract(row, "job"),
      kind: row.kind,
      ts: row.ts,
      status: extract(row, "status"),
      duration_ms: extract(row, "duration_ms"),
    })),
  };
}

/** `GET /v1/mailbox`. */
export function mailbox(agent: Agent, since: number, limit: number) {
  const rows = agent.events.filter(({ kind, ts }) => kind === "mailbox" && ts >= since).sort(newestFirst);
  const messages = rows.slice(0, limit).map((row) => ({
    ts: row.ts,
    sender: extract(row, "from"),
    receiver: extract(row, "to"),
    msg_type: extract(row, "type"),
    summary: extract(row, "summary"),
    team: extract(row, "team"),
  }));
  return { messages, count: messages.length };
}
