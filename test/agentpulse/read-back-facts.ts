import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { referenceBatch } from "../support/agentpulse/reference-batch.js";
import { send } from "../support/agentpulse/wire.js";
import { accepted, Caller, crashed, event, nowSeconds, refused, type Server, times } from "./facts.js";

/** What a Worker keeps of batches and shows of them; each test with a key of its own. */
export function storesAsWorker(open: () => Server): void {
  let url: string;
  beforeAll(() => {
    ({ url } = open());
  });

  describe("a batch", () => {
    const mine = async (owner: Caller) => (await owner.get("/v1/events")).count;

    it.each([
      ["an event is refused", { kind: "-" }, 400],
      ["an event has no data", { data: undefined }, 500],
      ["an event is too large", { data: { text: "x".repeat(20_000) } }, 413],
    ])("is not stored at all when %s", async (_, bad, status) => {
      const owner = await Caller.register(url);
      const answer = await owner.ingest([event(), event(bad), event()]);
      expect(answer.status).toBe(status);
      expect(await mine(owner)).toBe(0);
    });

    it("is stored, but not counted, when a cost event has null for data", async () => {
      const owner = await Caller.register(url);
      const costs = [{ model: "m", tokens: 5, cost_usd: 1 }, null].map((data) =>
        event({ kind: "cost", data }),
      );
      expect(await owner.ingest(costs)).toEqual(crashed);
      expect(await mine(owner)).toBe(2);
      expect((await owner.get("/v1/stats")).cost).toEqual({ usd: 0, tokens: 0 });
    });

    it("counts twice when it comes twice", async () => {
      const owner = await Caller.register(url);
      const cost = event({ kind: "cost", data: { model: "m", tokens: 5, cost_usd: 0.25 } });
      await owner.ingest([cost]);
      await owner.ingest([cost]);
      expect((await owner.get("/v1/stats")).cost).toEqual({ usd: 0.5, tokens: 10 });
    });

    it("keeps kind, time, session and data of its events, nothing else", async () => {
      const owner = await Caller.register(url);
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
      await owner.ingest([{ ...sent, data: { text: "a\u0000b\ud83d\ude00" } }]);
      const { events } = await owner.get("/v1/events");
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
      const owner = await Caller.register(url);
      const old = nowSeconds() - 90_000;
      expect(await owner.ingest(times(100, { ts: old }))).toEqual(accepted(100));
      for (let sent = 0; sent < 4_900; sent += 100) await owner.ingest(times(100));
      expect(await owner.ingest(times(99))).toEqual(accepted(99));
      const spent = refused(
        429,
        "Daily event limit reached (5000 events/day on free plan). Upgrade for higher limits.",
      );
      expect(await owner.ingest(times(2))).toEqual(spent);
      expect(await owner.ingest(times(2, { ts: old }))).toEqual(spent);
      expect(await owner.ingest(times(101))).toMatchObject({ status: 413 });
      expect(await owner.ingest(times(1))).toEqual(accepted(1));
      expect(await owner.ingest(times(1))).toEqual(spent);
      const beat = await send(url, { path: "/v1/heartbeat", key: owner.key });
      expect(beat, "heartbeats cost nothing").toEqual({ status: 200, body: { ok: true } });
    });
  });

  describe("reading back", () => {
    it("is alive after a heartbeat, whatever its body, or a heartbeat event", async () => {
      const owner = await Caller.register(url);
      const gateway = async () => (await owner.get("/v1/stats")).gateway_status;
      expect(await gateway()).toEqual({ last_seen: null, alive: false });
      const beat = await send(url, { path: "/v1/heartbeat", key: owner.key, body: gzipSync("x") });
      expect(beat).toEqual({ status: 200, body: { ok: true } });
      expect(await gateway()).toEqual({ last_seen: expect.stringMatching(/Z$/), alive: true });
      const other = await Caller.register(url);
      await other.ingest([event({ kind: "heartbeat" })]);
      expect((await other.get("/v1/stats")).gateway_status.alive).toBe(true);
    });

    it("refuses a heartbeat of nobody", async () => {
      const path = "/v1/heartbeat";
      expect(await send(url, { path })).toEqual(refused(401, "Missing or invalid API key"));
      expect(await send(url, { path, key: "ap_unknown" })).toEqual(refused(403, "Invalid API key"));
    });

    it("shows the reference batch in stats, sessions, crons and events", async () => {
      const owner = await Caller.register(url);
      const now = nowSeconds();
      expect(await owner.ingest(referenceBatch(now))).toEqual(accepted(11));
      const stats = await owner.get("/v1/stats");
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
      expect((await owner.get("/v1/sessions")).sessions).toEqual([
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
      expect((await owner.get("/v1/crons")).crons).toEqual([
        { job: "nightly-cleanup", kind: "cron", ts: now - 4, status: "fail", duration_ms: 2000 },
      ]);
      const { events } = await owner.get("/v1/events?limit=1");
      expect(events).toMatchObject([{ kind: "error", ts: now, session_key: null }]);
    });

    it("counts every status of a cron but ok as a failure, and none without status", async () => {
      const owner = await Caller.register(url);
      const now = nowSeconds();
      const run = (status: string | undefined, ago: number) =>
        event({ kind: "cron", ts: now - ago, data: { job: "j", status, duration_ms: ago } });
      await owner.ingest([run("ok", 5), run("error", 4), run("success", 3), run(undefined, 2)]);
      const { cron_health } = await owner.get("/v1/stats");
      const last = { last_status: "success", last_duration_ms: 3 };
      expect(cron_health).toMatchObject([
        { job: "j", status: "fail", count: 2, ...last },
        { job: "j", status: "ok", count: 1, ...last },
      ]);
      expect((await owner.get("/v1/crons")).crons).toMatchObject([
        { status: null },
        { status: "success" },
        { status: "error" },
        { status: "ok" },
      ]);
    });

    it("counts cost, tokens and models of cost events alone", async () => {
      const owner = await Caller.register(url);
      const data = { model: "m", input_tokens: 2, output_tokens: 3, tokens: 5, cost_usd: 1 };
      const { tokens: _, ...untold } = data;
      await owner.ingest([event({ kind: "llm_call", data }), event({ kind: "cost", data: untold })]);
      expect(await owner.get("/v1/stats")).toMatchObject({
        cost: { usd: 1, tokens: 0 },
        model_costs: [{ model: "m", cost: 1, tokens: 0 }],
      });
    });

    it("dates the daily totals by arrival", async () => {
      const owner = await Caller.register(url);
      const data = { model: "m", tokens: 5, cost_usd: 1 };
      await owner.ingest([event({ kind: "cost", ts: nowSeconds() - 20 * 86_400, data })]);
      expect(await owner.get("/v1/stats")).toMatchObject({ cost: { usd: 1, tokens: 5 }, model_costs: [] });
      expect(await owner.get("/v1/stats?period=30d")).toMatchObject({
        model_costs: [{ model: "m", cost: 1 }],
      });
    });

    it("gathers the runs of a job under its name", async () => {
      const owner = await Caller.register(url);
      const run = (hex: string) => `agent:main:cron:job:run:${hex}`;
      for (const hex of ["aa", "bb"]) {
        const session = run(hex);
        await owner.ingest([
          event({ kind: "session", session, data: { type: "cron", job_name: "job" } }),
          event({ kind: "cost", session, data: { model: "m", tokens: 1, cost_usd: 0.5 } }),
        ]);
      }
      const { top_sessions } = await owner.get("/v1/stats");
      expect(top_sessions).toMatchObject([
        { key: run("aa"), cost: 1, tokens: 2, job_name: "job", label: null },
      ]);
      const { sessions } = await owner.get("/v1/sessions");
      expect(sessions.map((row: { job_name: string }) => row.job_name)).toEqual(["job", "job"]);
      expect(sessions[0].session_type).toBe("cron");
    });

    it("narrows events by kind, session, time and number", async () => {
      const owner = await Caller.register(url);
      const now = nowSeconds();
      await owner.ingest([
        event({ kind: "a", ts: now - 3, session: "s" }),
        event({ kind: "b", ts: now - 2, session: "s" }),
        event({ kind: "a", ts: now - 1 }),
      ]);
      const kinds = async (query: string) =>
        (await owner.get(`/v1/events?${query}`)).events.map((row: { kind: string }) => row.kind).join("");
      expect(await kinds("")).toBe("aba");
      expect(await kinds("kind=a")).toBe("aa");
      expect(await kinds("session=s")).toBe("ba");
      expect(await kinds(`since=${now - 2.5}`)).toBe("ab");
      expect(await kinds("limit=2")).toBe("ab");
      expect(await kinds("limit=0")).toBe("");
      expect(await kinds("limit=-1")).toBe("aba");
      expect(await send(url, { method: "GET", path: "/v1/events?limit=x", key: owner.key })).toEqual(crashed);
    });

    it("keeps the last transcript of a session", async () => {
      const owner = await Caller.register(url);
      const path = "/v1/sessions/a%2Fb%20c/transcript";
      expect(await owner.get(path)).toEqual({ messages: [], session_key: "a/b c" });
      for (const content of ["first", "second"]) {
        const data = { messages: [{ role: "user", content }] };
        await owner.ingest([event({ kind: "transcript", session: "a/b c", data })]);
      }
      expect(await owner.get(path)).toEqual({
        messages: [{ role: "user", content: "second" }],
        session_key: "a/b c",
        updated_at: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
      });
    });

    it("keeps every mailbox message", async () => {
      const owner = await Caller.register(url);
      const data = { from: "a", to: "b", type: "ask", summary: "s", team: "t" };
      const ts = nowSeconds();
      await owner.ingest([event({ kind: "mailbox", ts, data })]);
      expect(await owner.get("/v1/mailbox")).toEqual({
        messages: [{ ts, sender: "a", receiver: "b", msg_type: "ask", summary: "s", team: "t" }],
        count: 1,
      });
    });

    it("shows nobody's events to others", async () => {
      const [owner, other] = [await Caller.register(url), await Caller.register(url)];
      await owner.ingest([event({ session: "s" })]);
      expect(await other.get("/v1/events")).toEqual({ events: [], count: 0 });
      expect(await other.get("/v1/sessions")).toEqual({ sessions: [] });
    });
  });
}
