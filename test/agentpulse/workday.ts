import { expect, it } from "vitest";
import { send } from "../support/agentpulse/wire.js";
import { mockOpenAI } from "./mocked-openai.js";
import { run } from "./process.js";

interface Server {
  readonly url: string;
  /** Nobody used it before. */
  readonly key: string;
}

interface Row {
  readonly kind: string;
  readonly session_key: string | null;
  readonly data: Record<string, unknown>;
}

const CRON_KEY = "agent:main:cron:night-ly";

async function work(server: Server) {
  const ended = await run(server, { program: "workday.mjs", env: await mockOpenAI() });
  expect(ended).toMatchObject({ code: 0, signal: null, stdout: "", stderr: "" });
  return async (path: string) => (await send(server.url, { method: "GET", path, key: server.key })).body;
}

/** What a Worker shows of sessions, jobs, agents, tools and moments that an application marks by hand. */
export function showsAWorkday(open: () => Promise<Server>): void {
  it("shows what an application marked by hand in stats, sessions and crons", async () => {
    const get = await work(await open());
    expect(await get("/v1/stats")).toMatchObject({
      gateway_status: { alive: true },
      events: {
        sdk_init: 1,
        session_start: 1,
        session: 1,
        span_end: 6,
        cost: 4,
        metric: 2,
        custom_event: 2,
        cron: 1,
        alert: 1,
      },
      cost: { usd: expect.closeTo(0.05, 9), tokens: 8000 },
      cron_health: [
        {
          job: "night:ly",
          status: "fail",
          count: 1,
          last_status: "fail",
          last_error: "disk full",
          last_summary: "cleaned nothing",
        },
      ],
      top_sessions: [
        { key: "daily-mail", label: "daily-mail", cost: expect.closeTo(0.025, 9), tokens: 4000 },
        { key: CRON_KEY, cost: 0.0125, tokens: 2000 },
      ],
    });
    expect((await get("/v1/sessions")).sessions).toMatchObject([
      { session_key: CRON_KEY, events: 2, cost: 0.0125, tokens: 2000, model: "gpt-4o" },
      { session_key: "daily-mail", events: 14, label: "daily-mail", session_type: "session", tokens: 4000 },
    ]);
    expect((await get("/v1/crons")).crons).toMatchObject([{ job: "night:ly", status: "fail" }]);
  });

  it("links every event to the one above it, each model call to its task, agent and session", async () => {
    const get = await work(await open());
    const { events }: { events: Row[] } = await get("/v1/events?session=daily-mail");
    // A moment has the ids of the span that it was in.
    const spans = events.filter(({ kind }) => !["custom_event", "metric", "alert"].includes(kind));
    const above = new Map(spans.map(({ data }) => [data.span_id, data]));
    const calls = events.filter(({ kind }) => kind === "cost");
    expect(calls).toHaveLength(2);
    for (const { data } of calls) {
      const names: unknown[] = [];
      for (let at = above.get(data.parent_span_id); at; at = above.get(at.parent_span_id))
        names.push(at.name);
      expect(names).toEqual(["classify", "triage", "daily-mail"]);
      expect(data.agent_name).toBe("triage");
    }
    expect(new Set(events.map(({ data }) => data.trace_id)).size).toBe(1);
    const moment = events.find(({ kind }) => kind === "custom_event");
    expect(above.get(moment?.data.span_id)?.name).toBe("classify");
    expect(moment?.data).toMatchObject({ name: "mail_read", status: "7", extra: { tokens: "many" } });
    expect(events.find(({ kind }) => kind === "session")?.data.logs).toMatchObject([
      { message: "started", mails: 2 },
    ]);
  });
}
