import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import { beforeAll, expect, it } from "vitest";
import { referenceBatch } from "../support/agentpulse/reference-batch.js";
import { send } from "../support/agentpulse/wire.js";

/** What the self-host server does otherwise than the Worker. */
export function holdsForSelfHost(open: () => { readonly url: string; readonly key: string }): void {
  let url: string;
  let key: string;
  beforeAll(() => {
    ({ url, key } = open());
  });

  const ingest = (events: unknown) => send(url, { key, body: { events } });
  const get = async (path: string) => (await send(url, { method: "GET", path, key })).body;
  const mine = async (session: string): Promise<number> => {
    const { sessions } = await get("/v1/sessions");
    return sessions.find((row: { session_key: string }) => row.session_key === session)?.events ?? 0;
  };
  const event = (more: object = {}) => ({ kind: "fact", ts: Date.now() / 1000, data: {}, ...more });
  const closed = (answer: Promise<unknown>) => expect(answer).rejects.toThrow(/hang up|ECONNRESET|EPIPE/);

  it("is healthy, and says its version", async () => {
    const answer = await send(url, { method: "GET", path: "/v1/health" });
    expect(answer).toEqual({ status: 200, body: { status: "ok", version: "0.1.0-dev" } });
  });

  it.each([undefined, "ap_unknown", "sk-1"])("answers the key %s with 401", async (wrong) => {
    const unauthorized = { status: 401, body: { error: "Unauthorized" } };
    expect(await send(url, { key: wrong, body: { events: [event()] } })).toEqual(unauthorized);
    expect(await send(url, { key: wrong, method: "GET", path: "/v1/stats" })).toEqual(unauthorized);
  });

  it("closes the connection on gzip and on broken JSON, even before it looks at the key", async () => {
    const zipped = gzipSync(JSON.stringify({ events: [event()] }));
    await closed(send(url, { key, body: zipped, headers: { "Content-Encoding": "gzip" } }));
    await closed(send(url, { body: zipped }));
    await closed(send(url, { key, body: "{" }));
  });

  it("does not read chunked bodies", async () => {
    const answer = await send(url, { key, body: { events: [event()] }, chunked: true });
    expect(answer).toEqual({ status: 400, body: { error: "No events" } });
  });

  it.each(["/v1/heartbeat", "/v1/ingest/", "/v1/traces"])("does not know POST %s", async (path) => {
    expect(await send(url, { key, path })).toEqual({ status: 404, body: { error: "Not found" } });
  });

  it.each([[[]], [null], [undefined]])("finds no events in %j", async (events) => {
    expect(await ingest(events)).toEqual({ status: 400, body: { error: "No events" } });
  });

  it("checks nothing", async () => {
    const odd = [
      event({ kind: "a.b-c" }),
      event({ ts: Date.now() }),
      event({ data: undefined }),
      event({ data: "text" }),
      event({ session: "s".repeat(1000) }),
      event({ data: { text: "x".repeat(20_000) } }),
      { data: {} },
    ];
    expect(await ingest([...odd, ...Array.from({ length: 600 }, () => event())])).toEqual({
      status: 200,
      body: { accepted: 607 },
    });
  });

  it("keeps what came before an event it stumbles over", async () => {
    const session = randomUUID();
    await closed(ingest([event({ session }), null, event({ session })]));
    expect(await mine(session)).toBe(1);
  });

  it("reads the cost and both parts of the tokens", async () => {
    const before = (await get("/v1/stats")).cost;
    const data = { model: "m", cost: 0.5, cost_usd: 7, tokens: 99, input_tokens: 2, output_tokens: 3 };
    await ingest([event({ kind: "cost", data })]);
    const { cost } = await get("/v1/stats");
    expect(cost.usd - before.usd).toBeCloseTo(0.5);
    expect(cost.tokens - before.tokens).toBe(5);
  });

  it("shows the reference batch in stats, sessions and crons", async () => {
    const before = (await get("/v1/stats")).cost;
    const now = Date.now() / 1000;
    expect(await ingest(referenceBatch(now))).toEqual({ status: 200, body: { accepted: 11 } });
    const { cost, events, cron_health } = await get("/v1/stats");
    expect(cost.tokens - before.tokens).toBe(239);
    expect(events).toMatchObject({ session_start: 1, sdk_init: 1 });
    expect(cron_health).toEqual([{ job: "nightly-cleanup", status: "fail", count: 1 }]);
    expect(await mine("daily-email-check")).toBe(5);
    expect((await get("/v1/crons")).crons).toEqual([
      { job: "nightly-cleanup", kind: "cron", ts: now - 4, status: "fail", duration_ms: 2000 },
    ]);
  });
}
