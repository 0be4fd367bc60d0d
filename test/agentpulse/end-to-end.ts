import { expect, it } from "vitest";
import { send } from "../support/agentpulse/wire.js";
import { startApplication } from "./application.js";
import { startServer } from "./harness.js";
import { hostileSpans } from "./hostile-spans.js";
import { CHAT_COST, CRON_KEY, playStory } from "./story.js";

interface Server {
  readonly url: string;
  /** Nobody used it before. */
  readonly key: string;
}

const read = async ({ url, key }: Server, path: string) =>
  (await send(url, { method: "GET", path, key })).body;

/** What a Worker shows of the spans of an application. */
export function showsOnWorker(open: () => Promise<Server>): void {
  it("shows spans in stats, sessions, crons and events", async () => {
    const server = await open();
    const { processor, tracer } = startApplication(server);
    const now = Date.now();
    playStory(tracer, now);
    await processor.forceFlush();
    const at = (secondsAgo: number) => expect.closeTo(now / 1000 - secondsAgo, 2);
    const stats = await read(server, "/v1/stats");
    expect(stats).toMatchObject({
      gateway_status: { alive: true },
      events: {
        sdk_init: 1,
        session_start: 1,
        session: 1,
        span_end: 1,
        cost: 2,
        metric: 1,
        cron: 1,
        alert: 1,
        custom_event: 1,
      },
      cost: { usd: expect.closeTo(2 * CHAT_COST, 9), tokens: 4000 },
      cron_health: [
        {
          job: "nightly",
          status: "fail",
          count: 1,
          last_run_ts: at(4),
          last_status: "fail",
          last_duration_ms: 2000,
          last_error: "disk full",
        },
      ],
      model_costs: [{ model: "gpt-4o", cost: expect.closeTo(2 * CHAT_COST, 9), tokens: 4000 }],
    });
    expect(stats.top_sessions).toHaveLength(2);
    expect(stats.top_sessions).toContainEqual(
      expect.objectContaining({ key: "mail-check", label: "mail-check", cost: CHAT_COST, tokens: 2000 }),
    );
    expect(stats.top_sessions).toContainEqual(
      expect.objectContaining({ key: CRON_KEY, cost: CHAT_COST, tokens: 2000, model: "gpt-4o" }),
    );
    const { sessions } = await read(server, "/v1/sessions");
    expect(sessions).toMatchObject([
      { session_key: CRON_KEY, cost: CHAT_COST, last_active: at(2) },
      {
        session_key: "mail-check",
        label: "mail-check",
        session_type: "session",
        started: at(10),
        last_active: at(5),
        events: 5,
        cost: CHAT_COST,
        tokens: 2000,
        model: "gpt-4o",
      },
    ]);
    const { crons } = await read(server, "/v1/crons");
    expect(crons).toEqual([{ job: "nightly", kind: "cron", ts: at(2), status: "fail", duration_ms: 2000 }]);
    const { events } = await read(server, "/v1/events?kind=cost&session=mail-check");
    expect(events).toMatchObject([
      { data: { model: "gpt-4o", tokens: 2000, latency_ms: 1250, duration: 1250, status: "success" } },
    ]);
  });

  it("takes spans of any sort, as the stand-in does", async () => {
    const fake = await startServer();
    const servers = [fake, await open()];
    const counts: unknown[] = [];
    for (const server of servers) {
      const { processor } = startApplication(server, { exportSpans: "all", captureMessages: true });
      for (const span of hostileSpans(600, 1)) processor.onEnd(span);
      await processor.forceFlush();
      counts.push((await read(server, "/v1/stats?period=30d")).events);
    }
    expect(counts[1]).toEqual(counts[0]);
    const refused = fake.ingests.filter(({ answer }) => answer?.status !== 200);
    expect(
      refused.map(({ headers, answer }) => [headers["content-encoding"], answer?.status]),
      "all is taken but for the one that tried gzip",
    ).toEqual([["gzip", 500]]);
    expect(fake.accepted.length).toBeGreaterThan(500);
    expect(fake.ofKind("alert_fired")).toEqual([]);
  });

  it("takes 250 spans in batches that the server accepts, whatever compression is asked for first", async () => {
    const server = await open();
    const { processor, tracer } = startApplication(server);
    for (let n = 0; n < 250; n++) tracer.startSpan(`task ${n}`, { attributes: { "kit.kind": "task" } }).end();
    await processor.forceFlush();
    expect((await read(server, "/v1/stats")).events).toEqual({ sdk_init: 1, span_end: 250 });
    await processor.shutdown();
  });
}

/** What the self-host server shows of the same spans: on a key of its own too. */
export function showsOnSelfHost(open: () => Promise<Server>): void {
  it("shows spans in stats, sessions and crons of the self-host server", async () => {
    const server = await open();
    const before = await read(server, "/v1/stats");
    const { processor, tracer } = startApplication(server);
    playStory(tracer);
    await processor.forceFlush();
    const stats = await read(server, "/v1/stats");
    expect(stats.cost.usd - before.cost.usd).toBeCloseTo(2 * CHAT_COST, 9);
    expect(stats.cost.tokens - before.cost.tokens).toBe(4000);
    expect(stats.events).toMatchObject({ cost: 2, session_start: 1, session: 1, cron: 1, alert: 1 });
    expect(stats.cron_health).toEqual([{ job: "nightly", status: "fail", count: 1 }]);
    const { sessions } = await read(server, "/v1/sessions");
    expect(sessions).toMatchObject([{ session_key: CRON_KEY }, { session_key: "mail-check", events: 5 }]);
  });
}
