import { gunzipSync } from "node:zlib";
import { VERSION } from "@kit/exporter-agentpulse";
import type { Attributes, Tracer } from "@opentelemetry/api";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type FakeAgentPulse, type Fault, fails, TOO_LARGE } from "../support/agentpulse/index.js";
import { collectGarbage } from "../support/garbage.js";
import { processorTo, startServer } from "./harness.js";

afterEach(() => vi.restoreAllMocks());

/** Records tasks that are named by their number. */
function record(tracer: Tracer, numbers: readonly number[], attributes: Attributes = {}): void {
  for (const n of numbers) {
    tracer.startSpan(`task ${n}`, { attributes: { "kit.kind": "task", ...attributes } }).end();
  }
}

const arrived = (server: FakeAgentPulse) => server.accepted.map(({ data }) => Number(data.name));
const range = (count: number, from = 0) => Array.from({ length: count }, (_, index) => from + index);
const sent = (server: FakeAgentPulse) => server.ingests.map(({ body }) => JSON.parse(body).events.length);

/** A wait longer than any request may take, which ends when it is told to. */
interface Pause {
  readonly ms: number;
  readonly end: () => void;
}

/** Makes waits of up to five seconds a hundred times shorter. Returns those between two attempts. */
function hurry(pauses: Pause[] = []): number[] {
  const waits: number[] = [];
  const real = globalThis.setTimeout;
  const hurried = (work: () => void, ms = 0) => {
    if (ms >= 500 && ms < 5_000) waits.push(ms);
    if (ms > 30_000) pauses.push({ ms, end: work });
    return real(work, ms <= 5_000 ? ms / 100 : ms);
  };
  vi.spyOn(globalThis, "setTimeout").mockImplementation(hurried as typeof setTimeout);
  return waits;
}

describe("events", () => {
  it("are sent when the interval is over, and nothing is sent when there are none", async () => {
    const server = await startServer();
    const { processor, tracer } = processorTo(server, { flushInterval: 0.02, compression: "none" });
    await processor.forceFlush();
    record(tracer, [1]);
    await expect.poll(() => arrived(server)).toEqual([1]);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(server.requests.length).toBe(1);
  });

  it("are posted as JSON, with the key, by a client that says its name", async () => {
    const server = await startServer();
    const { processor, tracer } = processorTo(server, { compression: "none", heartbeatInterval: 0 });
    record(tracer, [1]);
    await processor.forceFlush();
    expect(server.requests.map(({ method, path }) => [method, path])).toEqual([["POST", "/v1/ingest"]]);
    expect(server.requests[0]?.headers).toMatchObject({
      "content-type": "application/json",
      authorization: `Bearer ${server.key}`,
      "user-agent": `kit-agentpulse/${VERSION}`,
    });
  });

  it("are sent when a hundred wait, at most a hundred at once", async () => {
    const server = await startServer();
    const { processor, tracer } = processorTo(server, { compression: "none" });
    record(tracer, range(100));
    await expect.poll(() => arrived(server).length).toBe(100);
    record(tracer, range(150, 100));
    await processor.forceFlush();
    expect(sent(server)).toEqual([100, 100, 50]);
    expect(arrived(server)).toEqual(range(250));
  });

  it("are bounded: of 10001 that wait the newest 10000 stay", async () => {
    let release = () => {};
    const held = new Promise<undefined>((resolve) => {
      release = () => resolve(undefined);
    });
    const server = await startServer({ fault: () => held, limits: { eventsPerDay: 1e6 } });
    const { processor, tracer } = processorTo(server, { compression: "none" });
    record(tracer, range(100));
    await expect.poll(() => server.ingests.length).toBe(1);
    record(tracer, range(10_001, 100));
    expect(processor.droppedEvents).toBe(1);
    release();
    await processor.forceFlush();
    expect(arrived(server)).toEqual([...range(100), ...range(10_000, 101)]);
  });

  it("that wait long hold no more than what is sent of their spans", async () => {
    const server = await startServer({ fault: () => ({ kind: "hang" }) });
    const { processor, tracer } = processorTo(server, { compression: "none" });
    const spans: WeakRef<object>[] = [];
    const recordLarge = (n: number) => {
      const attributes = { "kit.kind": "task", "gen_ai.prompt": `${n}`.repeat(100) };
      const span = tracer.startSpan(`task ${n}`, { attributes });
      span.end();
      spans.push(new WeakRef(span));
    };
    for (const n of range(3_000)) recordLarge(n);
    expect(processor.pendingEvents).toBe(3_000);
    const held = () => {
      collectGarbage();
      return spans.filter((span) => span.deref() !== undefined).length;
    };
    await expect.poll(held, { interval: 500 }).toBeLessThan(1_200);
  });

  it("go out in requests below the limit of bytes, and each within its own", async () => {
    const server = await startServer();
    const { processor, tracer } = processorTo(server, { compression: "none" });
    record(tracer, range(60), { note: "é".repeat(9_000) });
    await processor.forceFlush();
    expect(arrived(server)).toEqual(range(60));
    expect(server.ingests.length).toBeGreaterThan(3);
    for (const { raw, answer } of server.ingests) {
      expect(raw.byteLength).toBeLessThanOrEqual(250_000);
      expect(answer?.status).toBe(200);
    }
  });
});

describe("compression", () => {
  it("is kept where the server reads it", async () => {
    const server = await startServer({ gzip: "decodes" });
    const { processor, tracer } = processorTo(server);
    for (const n of range(3)) {
      record(tracer, [n]);
      await processor.forceFlush();
    }
    expect(arrived(server)).toEqual(range(3));
    expect(server.ingests.map(({ headers }) => headers["content-encoding"])).toEqual(Array(3).fill("gzip"));
    expect(gunzipSync(server.ingests[0]?.raw as Buffer).toString()).toBe(server.ingests[0]?.body);
  });

  it.each(["fails", "closes"] as const)(
    "loses nothing where gzip %s, and is not tried again",
    async (gzip) => {
      const waits = hurry();
      const server = await startServer({ gzip });
      const { processor, tracer } = processorTo(server);
      for (const n of range(3)) {
        record(tracer, [n]);
        await processor.forceFlush();
      }
      expect(arrived(server)).toEqual(range(3));
      const encodings = server.ingests.map(({ headers }) => headers["content-encoding"]);
      expect(encodings).toEqual(["gzip", undefined, undefined, undefined]);
      expect(waits).toEqual([]);
    },
  );
});

describe("a failed request", () => {
  const FAILURES: readonly (readonly [string, Fault])[] = [
    ["408", fails(408)],
    ["425", fails(425)],
    ["429", fails(429)],
    ["500", fails(500)],
    ["503", fails(503)],
    ["a reset", { kind: "reset" }],
    ["no answer", { kind: "close" }],
  ];

  it.each(FAILURES)("is sent three times in all when it met %s, after growing waits", async (_, fault) => {
    const waits = hurry();
    const server = await startServer({ fault: () => fault });
    const { processor, tracer } = processorTo(server, { compression: "none" });
    record(tracer, [1]);
    await processor.forceFlush();
    expect(sent(server)).toEqual([1, 1, 1]);
    expect(waits.length).toBe(2);
    expect(waits[0]).toBeGreaterThanOrEqual(800);
    expect(waits[0]).toBeLessThanOrEqual(1_200);
    expect(waits[1]).toBeGreaterThanOrEqual(1_600);
    expect(waits[1]).toBeLessThanOrEqual(2_400);
    expect({ pending: processor.pendingEvents, dropped: processor.droppedEvents }).toEqual({
      pending: 0,
      dropped: 1,
    });
  });

  it("arrives with the second or third attempt", async () => {
    hurry();
    const server = await startServer();
    server.failNext(2, fails(503));
    const { processor, tracer } = processorTo(server, { compression: "none" });
    record(tracer, range(3));
    await processor.forceFlush();
    expect(arrived(server)).toEqual(range(3));
    expect(processor.droppedEvents).toBe(0);
  });

  it("waits as long as the server asks, but no longer than a minute", async () => {
    const pauses: Pause[] = [];
    const waits = hurry(pauses);
    const server = await startServer();
    server.failNext(1, fails(503, { retryAfter: "3" }));
    const { processor, tracer } = processorTo(server, { compression: "none" });
    record(tracer, [1]);
    await processor.forceFlush();
    expect(waits).toEqual([3_000]);
    expect(arrived(server)).toEqual([1]);
    server.failNext(1, fails(503, { retryAfter: "3600" }));
    record(tracer, [2]);
    void processor.forceFlush();
    await expect.poll(() => pauses.map(({ ms }) => ms)).toEqual([60_000]);
    pauses[0]?.end();
    await expect.poll(() => arrived(server)).toEqual([1, 2]);
  });

  it.each([402, 405, 301])("is given up at once when it met %i, and the next is sent", async (status) => {
    const server = await startServer();
    server.failNext(1, fails(status));
    const { processor, tracer } = processorTo(server, { compression: "none" });
    record(tracer, [1]);
    await processor.forceFlush();
    record(tracer, [2]);
    await processor.forceFlush();
    expect(arrived(server)).toEqual([2]);
    expect(processor.droppedEvents).toBe(1);
  });

  it.each([401, 403, 404])("ends all sending when it met %i", async (status) => {
    const server = await startServer({ fault: () => fails(status) });
    const { processor, tracer } = processorTo(server, { compression: "none" });
    record(tracer, range(250));
    await processor.forceFlush();
    record(tracer, [1]);
    await processor.forceFlush();
    expect(sent(server)).toEqual([100]);
    expect({ pending: processor.pendingEvents, dropped: processor.droppedEvents }).toEqual({
      pending: 0,
      dropped: 251,
    });
  });

  it("makes a pause of a minute when the quota is used up, while new events still wait", async () => {
    const pauses: Pause[] = [];
    hurry(pauses);
    const server = await startServer();
    const { processor, tracer } = processorTo(server, { compression: "none" });
    server.failNext(3, fails(429, { body: { error: "Daily event limit reached" } }));
    record(tracer, [1]);
    await processor.forceFlush();
    expect(sent(server)).toEqual([1, 1, 1]);
    expect(pauses.map(({ ms }) => ms)).toEqual([60_000]);
    record(tracer, range(150));
    await processor.forceFlush();
    expect(sent(server).length).toBe(3);
    expect({ pending: processor.pendingEvents, dropped: processor.droppedEvents }).toEqual({
      pending: 150,
      dropped: 1,
    });
    pauses[0]?.end();
    await expect.poll(() => arrived(server)).toEqual(range(150));
  });
});

describe("an event that the server refuses", () => {
  it("does not cost the others of its batch, nor attempts", async () => {
    const waits = hurry();
    const server = await startServer();
    server.fault = ({ body }) =>
      body.includes("poison") ? fails(400, { body: { error: "No" } }) : undefined;
    const { processor, tracer } = processorTo(server, { compression: "none" });
    record(tracer, range(40));
    record(tracer, [40], { note: "poison" });
    record(tracer, range(59, 41));
    await processor.forceFlush();
    expect(arrived(server)).toEqual(range(100).filter((n) => n !== 40));
    expect(processor.droppedEvents).toBe(1);
    expect(waits).toEqual([]);
  });

  it("is made smaller when the server takes less of one than it said", async () => {
    const server = await startServer();
    server.fault = ({ body }) => {
      const { events } = JSON.parse(body) as { events: { data: unknown }[] };
      return events.some(({ data }) => JSON.stringify(data).length > 5_000) ? TOO_LARGE.data : undefined;
    };
    const { processor, tracer } = processorTo(server, { compression: "none" });
    record(tracer, range(3), { note: "n".repeat(12_000) });
    await processor.forceFlush();
    expect(arrived(server)).toEqual(range(3));
    expect(server.accepted.every(({ data }) => data.truncated)).toBe(true);
  });

  it("is given up when it is too large all by itself, the others not", async () => {
    const server = await startServer();
    server.fault = ({ body }) => (body.includes("giant") ? TOO_LARGE.announced : undefined);
    const { processor, tracer } = processorTo(server, { compression: "none" });
    record(tracer, range(2));
    record(tracer, [2], { note: "giant" });
    record(tracer, range(2, 3));
    await processor.forceFlush();
    expect(arrived(server)).toEqual([0, 1, 3, 4]);
  });

  it("teaches nothing about batches when it was alone in its own", async () => {
    const server = await startServer();
    server.failNext(1, TOO_LARGE.bare);
    const { processor, tracer } = processorTo(server, { compression: "none" });
    record(tracer, [0]);
    await processor.forceFlush();
    record(tracer, range(10, 1));
    await processor.forceFlush();
    expect(sent(server)).toEqual([1, 10]);
  });
});

describe("a batch that is too large", () => {
  it("goes out in pieces of the size that the server states, and so do all later ones", async () => {
    const server = await startServer({ limits: { maxBatchSize: 30 } });
    const { processor, tracer } = processorTo(server, { compression: "none" });
    record(tracer, range(200));
    await processor.forceFlush();
    expect(arrived(server)).toEqual(range(200));
    const counts = sent(server);
    expect(counts.slice(0, 5)).toEqual([100, 30, 30, 30, 10]);
    expect(Math.max(...counts.slice(1))).toBe(30);
  });

  it.each(Object.entries({ bytes: TOO_LARGE.streamed, nothing: TOO_LARGE.bare }))(
    "is halved when the answer speaks of %s, and later ones are small enough from the start",
    async (_, fault) => {
      const server = await startServer();
      server.fault = ({ raw }) => (raw.byteLength > 20_000 ? fault : undefined);
      const { processor, tracer } = processorTo(server, { compression: "none" });
      record(tracer, range(100), { note: "n".repeat(500) });
      await processor.forceFlush();
      const first = server.ingests.length;
      record(tracer, range(100, 100), { note: "n".repeat(500) });
      await processor.forceFlush();
      expect(arrived(server)).toEqual(range(200));
      expect(new Set(server.ingests.slice(first).map(({ answer }) => answer?.status))).toEqual(
        new Set([200]),
      );
    },
  );
});
