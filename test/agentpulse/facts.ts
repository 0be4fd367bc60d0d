import { randomUUID } from "node:crypto";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { referenceBatch } from "../support/agentpulse/reference-batch.js";
import { send, type WireRequest } from "../support/agentpulse/wire.js";

export interface Server {
  readonly url: string;
  /** A key on the pro plan, where there is one. */
  readonly proKey?: string | undefined;
}

const KIND = "Invalid event kind: must be alphanumeric/underscore, max 64 chars";
const TIME = "Invalid timestamp: must be a reasonable unix timestamp";
const DATA = "Event data must be an object";
const SESSION = "Session key too long (max 256 chars)";
const OVERSIZED = "Invalid or oversized request body (max 256KB)";
const UNAUTHORIZED = "Missing or invalid API key";

const nowSeconds = () => Date.now() / 1000;
const event = (more: object = {}) => ({ kind: "fact", ts: nowSeconds(), data: {}, ...more });
const times = (count: number, more?: object) => Array.from({ length: count }, () => event(more));
const refused = (status: number, error: string) => ({ status, body: { error } });

/** A body of exactly that many bytes. */
function bodyOf(bytes: number): string {
  const text = JSON.stringify({ events: [event()], padding: "" });
  return `${text.slice(0, -2)}${"x".repeat(bytes - text.length)}"}`;
}

/** A key nobody has used: calls to register are counted by the address that a proxy names. */
export async function register(url: string): Promise<string> {
  const headers = { "CF-Connecting-IP": randomUUID() };
  const answer = await send(url, { path: "/v1/register", headers, body: { name: "conformance" } });
  if (answer.status !== 201) throw new Error(`register: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body.api_key;
}

/** What a Worker does, line by line: holds of the fake always, and of a running server when one is named. */
export function holdsForWorker(open: () => Server): void {
  let key: string;
  let url: string;
  let proKey: string | undefined;

  beforeAll(async () => {
    ({ url, proKey } = open());
    key = await register(url);
  });

  const post = (wire: Partial<WireRequest>) => send(url, { key, ...wire });
  const ingest = (events: unknown, owner = key) => send(url, { key: owner, body: { events } });
  const get = async (path: string, owner = key) =>
    (await send(url, { method: "GET", path, key: owner })).body;
  const accepted = (count: number) => ({ status: 200, body: { accepted: count } });
  const crashed = { status: 500, body: expect.any(String) };

  describe("keys and routes", () => {
    it("is healthy without a key", async () => {
      const answer = await send(url, { method: "GET", path: "/v1/health" });
      expect(answer).toEqual({ status: 200, body: { status: "ok" } });
    });

    it.each([
      ["no key", undefined],
      ["a lower-case scheme", (key: string) => `bearer ${key}`],
      ["a bare key", (key: string) => key],
      ["two spaces", (key: string) => `Bearer  ${key}`],
      ["a key without ap_", () => "Bearer sk-1"],
      ["an empty key", () => "Bearer "],
    ])("answers %s with 401", async (_, header) => {
      const headers: Record<string, string> = header ? { Authorization: header(key) } : {};
      const answer = await send(url, { headers, body: { events: [event()] } });
      expect(answer).toEqual(refused(401, UNAUTHORIZED));
    });

    it("does not know x-api-key", async () => {
      const answer = await send(url, { headers: { "x-api-key": key }, body: { events: [event()] } });
      expect(answer).toEqual(refused(401, UNAUTHORIZED));
    });

    it("answers an unknown key with 403", async () => {
      expect(await ingest([event()], "ap_unknown")).toEqual(refused(403, "Invalid API key"));
    });

    it.each([
      ["GET", "/health"],
      ["POST", "/v1/ingest/"],
      ["GET", "/v1/ingest"],
      ["PUT", "/v1/ingest"],
      ["GET", "/v1/heartbeat"],
      ["POST", "/v1/heartbeat/"],
      ["POST", "/v1/health"],
      ["POST", "/v1/traces"],
    ])("does not know %s %s: 401 without a key, 404 with one", async (method, path) => {
      expect(await send(url, { method, path })).toEqual(refused(401, UNAUTHORIZED));
      expect(await send(url, { method, path, key })).toEqual(refused(404, "Not found"));
    });

    it("registers names, but not without one", async () => {
      const path = "/v1/register";
      const headers = { "CF-Connecting-IP": randomUUID() };
      expect(await send(url, { path, headers, body: { name: "n" } })).toEqual(
        refused(400, "Name required (min 2 chars)"),
      );
      expect(await send(url, { path, headers, body: { name: "nn", email: "n" } })).toEqual(
        refused(400, "Invalid email format"),
      );
      expect(await send(url, { path, headers, body: "null" })).toEqual(
        refused(400, "Invalid or oversized request body"),
      );
      expect(await send(url, { path, headers, body: "{" })).toEqual(crashed);
      expect(await send(url, { path, headers, body: { name: "nn" } })).toEqual({
        status: 201,
        body: { name: "nn", api_key: expect.stringMatching(/^ap_[0-9a-f]{32}$/), plan: "free" },
      });
      expect(await send(url, { path, headers, body: { name: "nn" } })).toEqual(
        refused(429, "Too many registrations. Try again later."),
      );
    });
  });

  describe("bodies", () => {
    it("takes JSON whatever it is called", async () => {
      const headers = { "Content-Type": "text/csv", "Content-Encoding": "gzip" };
      expect(await post({ headers, body: { events: [event()] } })).toEqual(accepted(1));
    });

    it("ignores what stands beside the events", async () => {
      const body = { agent: 5, sdk_version: null, more: {}, events: [event()] };
      expect(await post({ body })).toEqual(accepted(1));
    });

    const compressions = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };
    it.each(Object.entries(compressions))(
      "fails on %s, with and without its header",
      async (name, compress) => {
        const body = compress(JSON.stringify({ events: [event()] }));
        expect(await post({ body, headers: { "Content-Encoding": name } })).toEqual(crashed);
        expect(await post({ body })).toEqual(crashed);
      },
    );

    it.each(["", "{", "\u0000", '{"events":[}'])("fails on %j, which is no JSON", async (body) => {
      expect(await post({ body })).toEqual(crashed);
      expect(await post({ body, chunked: true })).toEqual(crashed);
    });

    it("takes a byte order mark and broken UTF-8", async () => {
      const text = JSON.stringify({ events: [event({ data: { text: "?" } })] });
      expect(await post({ body: `\ufeff${text}` })).toEqual(accepted(1));
      const broken = Buffer.from(text);
      broken[text.indexOf("?")] = 0xff;
      expect(await post({ body: broken })).toEqual(accepted(1));
    });

    it.each(["null", "0", "false", '""'])("takes the literal %s for an oversized body", async (body) => {
      expect(await post({ body })).toEqual(refused(413, OVERSIZED));
    });

    it("accepts 262144 bytes and refuses one more, announced or not", async () => {
      expect(await post({ body: bodyOf(262_144) })).toEqual(accepted(1));
      expect(await post({ body: bodyOf(262_144), chunked: true })).toEqual(accepted(1));
      expect(await post({ body: bodyOf(262_145) })).toEqual(refused(413, "Request too large"));
      expect(await post({ body: bodyOf(262_145), chunked: true })).toEqual(refused(413, OVERSIZED));
    });

    it("looks at the key before the size", async () => {
      expect(await send(url, { body: bodyOf(262_145) })).toEqual(refused(401, UNAUTHORIZED));
    });
  });

  describe("the list of events", () => {
    it.each(["{}", "[]", "[1]", "5", '"events"', '{"events":[]}', '{"events":null}', '{"events":5}'])(
      "finds no events in %s",
      async (body) => {
        expect(await post({ body })).toEqual(refused(400, "No events"));
      },
    );

    it("fails on null among them, and on what only looks like a list", async () => {
      expect(await ingest([null])).toEqual(crashed);
      expect(await ingest([event(), null])).toEqual(crashed);
      expect(await ingest({ length: 1 })).toEqual(crashed);
    });

    it.each([5, "event", [], {}])("asks %j for its kind", async (odd) => {
      expect(await ingest([odd])).toEqual(refused(400, KIND));
    });

    it("accepts 100 events on the free plan, not 101, and never 501", async () => {
      const owner = await register(url);
      expect(await ingest(times(100), owner)).toEqual(accepted(100));
      const free = "Batch too large. Max 100 events per request on free plan.";
      expect(await ingest(times(101), owner)).toEqual(refused(413, free));
      expect(await ingest(times(501), owner)).toEqual(refused(413, "Max 500 events per batch"));
    });

    it("accepts 500 events on the pro plan, not 501", async ({ skip }) => {
      if (!proKey) return skip("no key on the pro plan was given");
      expect(await ingest(times(500), proKey)).toEqual(accepted(500));
      expect(await ingest(times(501), proKey)).toEqual(refused(413, "Max 500 events per batch"));
    });

    it("looks at the cap of 500 first, then at the events, then at the plan", async () => {
      expect(await ingest(times(501, { kind: "-" }))).toEqual(refused(413, "Max 500 events per batch"));
      expect(await ingest(times(101, { kind: "-" }))).toEqual(refused(400, KIND));
    });
  });

  describe("one event", () => {
    it.each(["a".repeat(64), "A_9", "9", "_"])("accepts the kind %s", async (kind) => {
      expect(await ingest([event({ kind })])).toEqual(accepted(1));
    });

    it.each(["a".repeat(65), "", "a.b", "a-b", "a b", "é", "a\n", null, 5, ["a"], undefined])(
      "refuses the kind %j",
      async (kind) => {
        expect(await ingest([event({ kind })])).toEqual(refused(400, KIND));
      },
    );

    it("accepts times from 2020 to a day ahead, in seconds", async () => {
      expect(await ingest([event({ ts: 1_577_836_800 })])).toEqual(accepted(1));
      expect(await ingest([event({ ts: 1_577_836_799.9 })])).toEqual(refused(400, TIME));
      expect(await ingest([event({ ts: nowSeconds() + 86_390 })])).toEqual(accepted(1));
      expect(await ingest([event({ ts: nowSeconds() + 86_500 })])).toEqual(refused(400, TIME));
    });

    it.each([
      ["milliseconds", () => Date.now()],
      ["text", () => `${nowSeconds()}`],
      ["ISO", () => new Date().toISOString()],
      ["null", () => null],
      ["no time", () => undefined],
      ["true", () => true],
    ])("refuses %s as a time", async (_, ts) => {
      expect(await ingest([event({ ts: ts() })])).toEqual(refused(400, TIME));
    });

    it.each([0, 1, "", "text", true, false])("refuses %j as data", async (data) => {
      expect(await ingest([event({ data })])).toEqual(refused(400, DATA));
    });

    it("accepts a list as data, and null", async () => {
      expect(await ingest([event({ data: [1] }), event({ data: null })])).toEqual(accepted(2));
    });

    it("accepts 16384 UTF-16 units of data, whatever their bytes, and not one more", async () => {
      const data = (units: number, text = "x") => ({ t: text.repeat(units - '{"t":""}'.length) });
      expect(await ingest([event({ data: data(16_384) })])).toEqual(accepted(1));
      expect(await ingest([event({ data: data(16_384, "語") })])).toEqual(accepted(1));
      const tooLarge = refused(413, "Event data too large (max 16KB)");
      expect(await ingest([event({ data: data(16_385) })])).toEqual(tooLarge);
      expect(await ingest([event({ data: data(16_385, "語") })])).toEqual(tooLarge);
    });

    it.each(["s".repeat(256), "", 0, null, false, "a\u0000b"])("accepts the session %j", async (session) => {
      expect(await ingest([event({ session })])).toEqual(accepted(1));
    });

    it.each(["s".repeat(257), 5, true, [], {}])("refuses the session %j", async (session) => {
      expect(await ingest([event({ session })])).toEqual(refused(400, SESSION));
    });

    it("looks at kind, time, data and session in this order, event by event", async () => {
      const bad = { kind: "-", ts: 0, data: 5, session: 5 };
      expect(await ingest([event(bad)])).toEqual(refused(400, KIND));
      expect(await ingest([event({ ...bad, kind: "k" })])).toEqual(refused(400, TIME));
      expect(await ingest([event({ ...bad, kind: "k", ts: nowSeconds() })])).toEqual(refused(400, DATA));
      expect(await ingest([event({ session: 5 })])).toEqual(refused(400, SESSION));
      expect(await ingest([event({ session: 5 }), event({ kind: "-" })])).toEqual(refused(400, SESSION));
    });

    it("takes numbers as they come, and sums what is no number", async () => {
      const owner = await register(url);
      const odd = [
        { tokens: -5, cost_usd: 1e21 },
        { tokens: "7", cost_usd: "x" },
      ];
      const costs = odd.map((data) => event({ kind: "cost", data }));
      expect(await ingest(costs, owner)).toEqual(accepted(2));
    });
  });

  describe("a batch", () => {
    const mine = async (owner: string) => (await get("/v1/events", owner)).count;

    it.each([
      ["an event is refused", { kind: "-" }, 400],
      ["an event has no data", { data: undefined }, 500],
      ["an event is too large", { data: { text: "x".repeat(20_000) } }, 413],
    ])("is not stored at all when %s", async (_, bad, status) => {
      const owner = await register(url);
      const answer = await ingest([event(), event(bad), event()], owner);
      expect(answer.status).toBe(status);
      expect(await mine(owner)).toBe(0);
    });

    it("is stored, but not counted, when a cost event has null for data", async () => {
      const owner = await register(url);
      const costs = [{ model: "m", tokens: 5, cost_usd: 1 }, null].map((data) =>
        event({ kind: "cost", data }),
      );
      expect(await ingest(costs, owner)).toEqual(crashed);
      expect(await mine(owner)).toBe(2);
      expect((await get("/v1/stats", owner)).cost).toEqual({ usd: 0, tokens: 0 });
    });

    it("counts twice when it comes twice", async () => {
      const owner = await register(url);
      const cost = event({ kind: "cost", data: { model: "m", tokens: 5, cost_usd: 0.25 } });
      await ingest([cost], owner);
      await ingest([cost], owner);
      expect((await get("/v1/stats", owner)).cost).toEqual({ usd: 0.5, tokens: 10 });
    });

    it("keeps kind, time, session and data of its events, nothing else", async () => {
      const owner = await register(url);
      const ts = Math.floor(nowSeconds()) - 0.75;
      const sent = {
        kind: "fact",
        ts,
        session: "s",
        span_id: "1",
        parent_span_id: "2",
        name: "n",
        status: "ok",
      };
      await ingest([{ ...sent, data: { text: "a\u0000b\ud83d\ude00" } }], owner);
      const { events } = await get("/v1/events", owner);
      expect(events).toEqual([
        {
          id: expect.any(Number),
          kind: "fact",
          ts,
          session_key: "s",
          data: { text: "a\u0000b\ud83d\ude00" },
        },
      ]);
    });

    it("is refused whole when it would pass 5000 events of the last day, older ones not counted", async () => {
      const owner = await register(url);
      const old = nowSeconds() - 90_000;
      expect(await ingest(times(100, { ts: old }), owner)).toEqual(accepted(100));
      for (let sent = 0; sent < 4_900; sent += 100) await ingest(times(100), owner);
      expect(await ingest(times(99), owner)).toEqual(accepted(99));
      const spent = refused(
        429,
        "Daily event limit reached (5000 events/day on free plan). Upgrade for higher limits.",
      );
      expect(await ingest(times(2), owner)).toEqual(spent);
      expect(await ingest(times(2, { ts: old }), owner)).toEqual(spent);
      expect(await ingest(times(101), owner)).toMatchObject({ status: 413 });
      expect(await ingest(times(1), owner)).toEqual(accepted(1));
      expect(await ingest(times(1), owner)).toEqual(spent);
      const beat = await send(url, { path: "/v1/heartbeat", key: owner });
      expect(beat, "heartbeats cost nothing").toEqual({ status: 200, body: { ok: true } });
    });
  });

  describe("reading back", () => {
    it("is alive after a heartbeat, whatever its body, or a heartbeat event", async () => {
      const owner = await register(url);
      const gateway = async () => (await get("/v1/stats", owner)).gateway_status;
      expect(await gateway()).toEqual({ last_seen: null, alive: false });
      const beat = await send(url, { path: "/v1/heartbeat", key: owner, body: gzipSync("x") });
      expect(beat).toEqual({ status: 200, body: { ok: true } });
      expect(await gateway()).toEqual({ last_seen: expect.stringMatching(/Z$/), alive: true });
      const other = await register(url);
      await ingest([event({ kind: "heartbeat" })], other);
      expect((await get("/v1/stats", other)).gateway_status.alive).toBe(true);
    });

    it("refuses a heartbeat of nobody", async () => {
      const path = "/v1/heartbeat";
      expect(await send(url, { path })).toEqual(refused(401, UNAUTHORIZED));
      expect(await send(url, { path, key: "ap_unknown" })).toEqual(refused(403, "Invalid API key"));
    });

    it("shows the reference batch in stats, sessions, crons and events", async () => {
      const owner = await register(url);
      const now = nowSeconds();
      expect(await ingest(referenceBatch(now), owner)).toEqual(accepted(11));
      const stats = await get("/v1/stats", owner);
      expect(stats).toMatchObject({
        period: "24h",
        events: { sdk_init: 1, session_start: 1, session: 1, cost: 2, span_end: 1, cron: 1, metric: 1 },
        cost: { usd: 0.001265, tokens: 239 },
        cron_health: [
          {
            job: "nightly-cleanup",
            status: "fail",
            count: 1,
            last_run_ts: now - 6,
            last_status: "fail",
            last_duration_ms: 2000,
            last_error: "Error: disk full",
            last_summary: null,
          },
        ],
        top_sessions: [
          {
            key: "daily-email-check",
            cost: 0.001265,
            tokens: 239,
            model: "gpt-4o",
            duration: 0.75,
            job_name: null,
            label: "daily-email-check",
          },
        ],
        model_costs: [
          { model: "gpt-4o", cost: 0.001265, tokens: 239 },
          { model: "claude-sonnet-4", cost: 0, tokens: 0 },
        ],
        daily_spend: [{ date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/), cost: 0.001265 }],
      });
      expect((await get("/v1/sessions", owner)).sessions).toEqual([
        {
          session_key: "agent:main:cron:nightly-cleanup",
          started: now - 4,
          last_active: now - 4,
          events: 1,
          cost: 0,
          tokens: 0,
          model: "",
          job_name: null,
          label: null,
          session_type: null,
        },
        {
          session_key: "daily-email-check",
          started: now - 12,
          last_active: now - 7,
          events: 5,
          cost: 0.001265,
          tokens: 239,
          model: "gpt-4o",
          job_name: null,
          label: "daily-email-check",
          session_type: "session",
        },
      ]);
      expect((await get("/v1/crons", owner)).crons).toEqual([
        { job: "nightly-cleanup", kind: "cron", ts: now - 4, status: "fail", duration_ms: 2000 },
      ]);
      const { events } = await get("/v1/events?limit=1", owner);
      expect(events).toMatchObject([{ kind: "error", ts: now, session_key: null }]);
    });

    it("counts every status of a cron but ok as a failure, and none without status", async () => {
      const owner = await register(url);
      const now = nowSeconds();
      const run = (status: string | undefined, ago: number) =>
        event({ kind: "cron", ts: now - ago, data: { job: "j", status, duration_ms: ago } });
      await ingest([run("ok", 5), run("error", 4), run("success", 3), run(undefined, 2)], owner);
      const { cron_health } = await get("/v1/stats", owner);
      const last = { last_status: "success", last_duration_ms: 3 };
      expect(cron_health).toMatchObject([
        { job: "j", status: "fail", count: 2, ...last },
        { job: "j", status: "ok", count: 1, ...last },
      ]);
      expect((await get("/v1/crons", owner)).crons).toMatchObject([
        { status: null },
        { status: "success" },
        { status: "error" },
        { status: "ok" },
      ]);
    });

    it("counts cost, tokens and models of cost events alone", async () => {
      const owner = await register(url);
      const data = { model: "m", input_tokens: 2, output_tokens: 3, tokens: 5, cost_usd: 1 };
      const { tokens: _, ...untold } = data;
      await ingest([event({ kind: "llm_call", data }), event({ kind: "cost", data: untold })], owner);
      expect(await get("/v1/stats", owner)).toMatchObject({
        cost: { usd: 1, tokens: 0 },
        model_costs: [{ model: "m", cost: 1, tokens: 0 }],
      });
    });

    it("dates the daily totals by arrival", async () => {
      const owner = await register(url);
      const data = { model: "m", tokens: 5, cost_usd: 1 };
      await ingest([event({ kind: "cost", ts: nowSeconds() - 20 * 86_400, data })], owner);
      expect(await get("/v1/stats", owner)).toMatchObject({ cost: { usd: 1, tokens: 5 }, model_costs: [] });
      expect(await get("/v1/stats?period=30d", owner)).toMatchObject({
        model_costs: [{ model: "m", cost: 1 }],
      });
    });

    it("gathers the runs of a job under its name", async () => {
      const owner = await register(url);
      const run = (hex: string) => `agent:main:cron:job:run:${hex}`;
      for (const hex of ["aa", "bb"]) {
        const session = run(hex);
        await ingest(
          [
            event({ kind: "session", session, data: { type: "cron", job_name: "job" } }),
            event({ kind: "cost", session, data: { model: "m", tokens: 1, cost_usd: 0.5 } }),
          ],
          owner,
        );
      }
      const { top_sessions } = await get("/v1/stats", owner);
      expect(top_sessions).toMatchObject([
        { key: run("aa"), cost: 1, tokens: 2, job_name: "job", label: null },
      ]);
      const { sessions } = await get("/v1/sessions", owner);
      expect(sessions.map((row: { job_name: string }) => row.job_name)).toEqual(["job", "job"]);
      expect(sessions[0].session_type).toBe("cron");
    });

    it("narrows events by kind, session, time and number", async () => {
      const owner = await register(url);
      const now = nowSeconds();
      await ingest(
        [
          event({ kind: "a", ts: now - 3, session: "s" }),
          event({ kind: "b", ts: now - 2, session: "s" }),
          event({ kind: "a", ts: now - 1 }),
        ],
        owner,
      );
      const kinds = async (query: string) =>
        (await get(`/v1/events?${query}`, owner)).events.map((row: { kind: string }) => row.kind).join("");
      expect(await kinds("")).toBe("aba");
      expect(await kinds("kind=a")).toBe("aa");
      expect(await kinds("session=s")).toBe("ba");
      expect(await kinds(`since=${now - 2.5}`)).toBe("ab");
      expect(await kinds("limit=2")).toBe("ab");
      expect(await kinds("limit=0")).toBe("");
      expect(await kinds("limit=-1")).toBe("aba");
      expect(await send(url, { method: "GET", path: "/v1/events?limit=x", key: owner })).toEqual(crashed);
    });

    it("keeps the last transcript of a session", async () => {
      const owner = await register(url);
      const path = "/v1/sessions/a%2Fb%20c/transcript";
      expect(await get(path, owner)).toEqual({ messages: [], session_key: "a/b c" });
      for (const content of ["first", "second"]) {
        const data = { messages: [{ role: "user", content }] };
        await ingest([event({ kind: "transcript", session: "a/b c", data })], owner);
      }
      expect(await get(path, owner)).toEqual({
        messages: [{ role: "user", content: "second" }],
        session_key: "a/b c",
        updated_at: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
      });
    });

    it("keeps every mailbox message", async () => {
      const owner = await register(url);
      const data = { from: "a", to: "b", type: "ask", summary: "s", team: "t" };
      const ts = nowSeconds();
      await ingest([event({ kind: "mailbox", ts, data })], owner);
      expect(await get("/v1/mailbox", owner)).toEqual({
        messages: [{ ts, sender: "a", receiver: "b", msg_type: "ask", summary: "s", team: "t" }],
        count: 1,
      });
    });

    it("shows nobody's events to others", async () => {
      const [owner, other] = [await register(url), await register(url)];
      await ingest([event({ session: "s" })], owner);
      expect(await get("/v1/events", other)).toEqual({ events: [], count: 0 });
      expect(await get("/v1/sessions", other)).toEqual({ sessions: [] });
    });
  });
}
