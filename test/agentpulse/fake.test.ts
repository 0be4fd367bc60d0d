import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  type AgentPulseOptions,
  type FakeAgentPulse,
  failShare,
  fails,
  startAgentPulse,
  TOO_LARGE,
} from "../support/agentpulse/index.js";
import { send } from "../support/agentpulse/wire.js";
import { seeded } from "../support/seeded.js";
import { showsOnSelfHost, showsOnWorker } from "./end-to-end.js";
import { storesAsWorker } from "./read-back-facts.js";
import { answersAsWorker } from "./request-facts.js";
import { holdsForSelfHost } from "./self-host-facts.js";
import { showsTheApplication } from "./two-lines.js";
import { showsAWorkday } from "./workday.js";

/** Ends with the block it was started in: the blocks of facts use one server each. */
function started(options?: AgentPulseOptions): () => FakeAgentPulse {
  let fake: FakeAgentPulse;
  beforeAll(async () => {
    fake = await startAgentPulse(options);
  });
  afterAll(() => fake.close());
  return () => fake;
}

describe("the fake Worker", () => {
  const fake = started();
  const server = () => ({ url: fake().url, proKey: fake().addAgent("pro") });
  answersAsWorker(server);
  storesAsWorker(server);
  const fresh = async () => ({ url: fake().url, key: fake().addAgent() });
  showsOnWorker(fresh);
  showsTheApplication(fresh);
  showsAWorkday(fresh);
});

describe("the fake self-host server", () => {
  const fake = started({ gzip: "closes" });
  holdsForSelfHost(fake);
  showsOnSelfHost(async () => ({ url: fake().url, key: fake().addAgent() }));
});

describe("the fake's knobs", () => {
  const open: FakeAgentPulse[] = [];
  afterEach(async () => {
    for (const fake of open.splice(0)) await fake.close();
  });
  const start = async (options?: AgentPulseOptions) => {
    const fake = await startAgentPulse(options);
    open.push(fake);
    return fake;
  };
  const event = (more: object = {}) => ({ kind: "fact", ts: Date.now() / 1000, data: {}, ...more });
  const ingest = ({ url, key }: FakeAgentPulse, events: object[] = [event()]) =>
    send(url, { key, body: { events } });
  const statuses = async (fake: FakeAgentPulse, count: number) => {
    const seen: number[] = [];
    for (let nth = 0; nth < count; nth++) seen.push((await ingest(fake)).status);
    return seen;
  };

  it("records each request with its bytes, its text and its answer", async () => {
    const fake = await start({ gzip: "decodes" });
    const body = JSON.stringify({ events: [event({ span_id: "1", data: { a: 1 } })] });
    const zipped = gzipSync(body);
    await send(fake.url, { key: fake.key, body: zipped, headers: { "Content-Encoding": "gzip" } });
    expect(fake.ingests).toMatchObject([
      { method: "POST", path: "/v1/ingest", raw: zipped, body, answer: { status: 200 } },
    ]);
    expect(fake.ingests[0]?.headers.authorization).toBe(`Bearer ${fake.key}`);
    expect(fake.accepted).toMatchObject([{ kind: "fact", span_id: "1", data: { a: 1 } }]);
    expect(fake.events).toMatchObject([{ kind: "fact", session_key: null, data: { a: 1 } }]);
  });

  it("decodes gzip that says so, measures it before, and refuses what only says so", async () => {
    const fake = await start({ gzip: "decodes" });
    const headers = { "Content-Encoding": "gzip" };
    const padded = JSON.stringify({ events: [event()], padding: "x".repeat(262_144) });
    const post = (body: string | Buffer, more: object = {}) =>
      send(fake.url, { key: fake.key, body, headers, ...more });
    expect(await post(gzipSync("{"))).toMatchObject({ status: 500 });
    expect(await post("{}")).toMatchObject({ status: 400 });
    expect(await post(gzipSync(padded)), "the decoded body is too large").toMatchObject({ status: 413 });
    expect(await post(gzipSync("{}"), { headers: {} })).toMatchObject({ status: 500 });
    expect(await ingest(fake)).toMatchObject({ status: 200 });
  });

  it("fails the next requests, then behaves", async () => {
    const fake = await start();
    fake.failNext(2, fails(503, { retryAfter: "7" }));
    expect(await statuses(fake, 3)).toEqual([503, 503, 200]);
    expect(fake.ingests.map(({ answer }) => answer?.headers)).toEqual([
      { "Retry-After": "7" },
      { "Retry-After": "7" },
      undefined,
    ]);
    expect(fake.accepted).toHaveLength(1);
  });

  it("fails a share of the requests, the same ones in every run", async () => {
    const faults = [fails(500), fails(429)];
    const first = await start({ fault: failShare(0.3, faults, seeded(1)) });
    const second = await start({ fault: failShare(0.3, faults, seeded(1)) });
    const seen = await statuses(first, 60);
    expect(seen).toEqual(await statuses(second, 60));
    expect(seen.filter((status) => status !== 200).length).toBeGreaterThan(9);
    expect(new Set(seen)).toEqual(new Set([200, 500, 429]));
  });

  it("loses the answer to a batch that it stored", async () => {
    const fake = await start();
    fake.failNext(1, { kind: "reset", stored: true });
    await expect(ingest(fake)).rejects.toThrow("ECONNRESET");
    expect(fake.accepted).toHaveLength(1);
  });

  it.each(["reset", "close"] as const)("can %s connections instead of answering", async (kind) => {
    const fake = await start();
    fake.failNext(1, { kind });
    await expect(ingest(fake)).rejects.toThrow(/ECONNRESET|hang up/);
    expect(fake.accepted).toEqual([]);
  });

  it("hangs without an answer until it is closed", async () => {
    const fake = await start();
    fake.failNext(1, { kind: "hang" });
    const hanging = ingest(fake);
    const ended = expect(hanging).rejects.toThrow(/hang up|ECONNRESET/);
    await expect.poll(() => fake.ingests.length).toBe(1);
    expect(await statuses(fake, 1)).toEqual([200]);
    expect(fake.ingests.map(({ answer }) => answer?.status)).toEqual([undefined, 200]);
    await fake.close();
    await ended;
  });

  it("hangs for a while, then resets the connection", async () => {
    const fake = await start();
    fake.failNext(1, { kind: "hang", forMs: 20 });
    await expect(ingest(fake)).rejects.toThrow("ECONNRESET");
    expect(fake.accepted).toEqual([]);
  });

  it("asks the hook about each request, which may take its time and counts by path", async () => {
    const fake = await start();
    const asked: [string, number][] = [];
    fake.fault = async ({ path }, nth) => {
      asked.push([path, nth]);
      return path === "/v1/heartbeat" ? fails(404) : undefined;
    };
    await ingest(fake);
    expect((await send(fake.url, { path: "/v1/heartbeat", key: fake.key })).status).toBe(404);
    await ingest(fake);
    expect(asked).toEqual([
      ["/v1/ingest", 1],
      ["/v1/heartbeat", 1],
      ["/v1/ingest", 2],
    ]);
  });

  it("has a 413 of each sort", async () => {
    for (const fault of Object.values(TOO_LARGE)) {
      const fake = await start();
      fake.failNext(1, fault);
      expect(await statuses(fake, 2)).toEqual([413, 200]);
    }
  });

  it("keeps to other limits and another clock when told", async () => {
    let now = Date.now();
    const fake = await start({ limits: { maxBatchSize: 2, eventsPerDay: 3 }, now: () => now });
    const error = "Batch too large. Max 2 events per request on free plan.";
    expect(await ingest(fake, [event(), event(), event()])).toEqual({ status: 413, body: { error } });
    expect(await statuses(fake, 4)).toEqual([200, 200, 200, 429]);
    now += 86_500_000;
    expect(await statuses(fake, 1)).toEqual([200]);
  });

  it("publishes its routes under a prefix", async () => {
    const fake = await start({ prefix: "/proxy" });
    expect(await statuses(fake, 1)).toEqual([200]);
    expect(await fake.stats()).toMatchObject({ events: { fact: 1 } });
    expect(await fake.sessions()).toEqual([]);
    expect(await fake.crons()).toEqual([]);
  });
});
