import { context, diag, metrics } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { isTracingSuppressed } from "@opentelemetry/core";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { describe, expect, it, vi } from "vitest";
import type { Outcome } from "./index.js";
import { boom, delivered, destination, holdTime, letters, pass, queueTo, retry } from "./queue.fixture.js";

holdTime();

describe("when a send begins", () => {
  it("sends after the interval, and nothing before it", async () => {
    const to = destination(() => delivered);
    queueTo(to, { flushIntervalMs: 5_000 }).add("a");
    await pass(4_999);
    expect(to.requests).toEqual([]);
    await pass(1);
    expect(to.requests).toEqual([["a"]]);
  });

  it("sends at once when a batch is full", async () => {
    const to = destination(() => delivered);
    const queue = queueTo(to, { maxBatchItems: 3 });
    for (const item of letters(3)) queue.add(item);
    await pass(0);
    expect(to.requests).toEqual([["i0", "i1", "i2"]]);
  });

  it("does not touch the items on the path of add", () => {
    const sizeOf = vi.fn(() => 1);
    const queue = queueTo(
      destination(() => delivered),
      { sizeOf, maxBatchItems: 2 },
    );
    for (const item of letters(10)) queue.add(item);
    expect(sizeOf).not.toHaveBeenCalled();
  });

  it("sends nothing when flushed empty", async () => {
    const to = destination(() => delivered);
    expect(await queueTo(to).flush()).toBe(true);
    expect(to.requests).toEqual([]);
  });
});

describe("batches", () => {
  it("keeps to the limits of count and bytes, and sends a too large item alone", async () => {
    const to = destination(() => delivered);
    const queue = queueTo(to, { maxBatchItems: 3, maxBatchBytes: 10, sizeOf: (item) => item.length });
    for (const item of ["aaaa", "bbbb", "cc", "d", "x".repeat(50), "e", "f", "g", "h"]) queue.add(item);
    await queue.flush();
    expect(to.requests.map((batch) => batch.join())).toEqual([
      "aaaa,bbbb,cc",
      "d",
      "x".repeat(50),
      "e,f,g",
      "h",
    ]);
  });

  it("keeps each lane in order with one request at a time, and lets lanes run side by side", async () => {
    let open = 0;
    let most = 0;
    const inLane = new Map<string, number>();
    const to = destination(async ([first = ""]) => {
      const lane = first.charAt(0);
      inLane.set(lane, (inLane.get(lane) ?? 0) + 1);
      expect(inLane.get(lane)).toBe(1);
      most = Math.max(most, ++open);
      await new Promise((resolve) => setImmediate(resolve));
      open--;
      inLane.set(lane, 0);
      return delivered;
    });
    const queue = queueTo(to, { lane: (item) => item.charAt(0), maxConcurrent: 2, maxBatchItems: 2 });
    for (let index = 0; index < 6; index++) for (const lane of "abc") queue.add(`${lane}${index}`);
    await queue.flush();
    expect(most).toBe(2);
    for (const lane of "abc") {
      const items = to.accepted.filter((item) => item.startsWith(lane));
      expect(items).toEqual([0, 1, 2, 3, 4, 5].map((index) => `${lane}${index}`));
    }
    expect(to.requests.every((batch) => new Set(batch.map((item) => item.charAt(0))).size === 1)).toBe(true);
  });

  it("does not put neighbours into one batch that must not share it", async () => {
    const to = destination(() => delivered);
    const queue = queueTo(to, { together: (a, b) => a.charAt(0) === b.charAt(0) });
    for (const item of ["a1", "a2", "b1", "a3"]) queue.add(item);
    await queue.flush();
    expect(to.requests).toEqual([["a1", "a2"], ["b1"], ["a3"]]);
  });

  it("asks of each item whether it may follow the one before it", async () => {
    const to = destination(() => delivered);
    const together = (a: string, b: string) => b.charCodeAt(0) - a.charCodeAt(0) === 1;
    const queue = queueTo(to, { together });
    for (const item of ["a", "b", "c", "e", "f"]) queue.add(item);
    await queue.flush();
    expect(to.requests).toEqual([
      ["a", "b", "c"],
      ["e", "f"],
    ]);
  });
});

describe("attempts", () => {
  it("waits longer each time, up to the cap, and then gives up", async () => {
    const at: number[] = [];
    const start = Date.now();
    const to = destination(() => {
      at.push(Date.now() - start);
      return retry;
    });
    const done = vi.fn();
    const queue = queueTo(to, {
      retry: { attempts: 5, initialDelayMs: 1_000, maxDelayMs: 3_000, factor: 2 },
    });
    queue.add("a", done);
    const flushed = queue.flush(60_000);
    await pass(0);
    for (let step = 0; step < 12; step++) await pass(1_000);
    expect(at).toEqual([0, 1_000, 3_000, 6_000, 9_000]);
    expect(await flushed).toBe(true);
    expect(done.mock.calls).toEqual([[false]]);
    expect(queue.droppedCount).toBe(1);
  });

  it("waits at least as long as the server asks, but no longer than the cap", async () => {
    const at: number[] = [];
    const start = Date.now();
    const to = destination((_, nth) => {
      at.push(Date.now() - start);
      if (nth === 3) return delivered;
      return { ...retry, afterMs: nth === 1 ? 2_000 : 900_000 };
    });
    const queue = queueTo(to, { retry: { attempts: 3, initialDelayMs: 100, maxDelayMs: 10_000 } });
    queue.add("a");
    void queue.flush(60_000);
    for (let step = 0; step < 16; step++) await pass(1_000);
    expect(at).toEqual([0, 2_000, 12_000]);
    expect(to.accepted).toEqual(["a"]);
  });

  it("charges waits and sends to one deadline, and aborts the request that runs past it", async () => {
    const signals: AbortSignal[] = [];
    const transport = {
      send: (_: readonly string[], signal: AbortSignal) =>
        new Promise<Outcome>((resolve) => {
          signals.push(signal);
          signal.addEventListener("abort", () => resolve({ kind: "retry", error: signal.reason as Error }));
        }),
    };
    const queue = queueTo(transport, { batchDeadlineMs: 4_000 });
    queue.add("a");
    const flushed = queue.flush(60_000);
    await pass(4_000);
    expect(await flushed).toBe(true);
    expect(signals.map((signal) => signal.aborted)).toEqual([true]);
    expect(queue.droppedCount).toBe(1);
  });

  it("takes a rejecting transport for a refusal and goes on", async () => {
    let calls = 0;
    const queue = queueTo(
      {
        send: async () => {
          if (++calls === 1) throw boom;
          return delivered;
        },
      },
      { maxBatchItems: 1 },
    );
    const fates: boolean[] = [];
    for (const item of letters(2)) queue.add(item, (fate) => fates.push(fate));
    await queue.flush();
    expect(fates).toEqual([false, true]);
  });
});

describe("bad batches", () => {
  it("isolates the item that spoils a batch and delivers the other 99 in order", async () => {
    const to = destination((batch) =>
      batch.includes("i37") ? { kind: "poisoned", error: boom } : delivered,
    );
    const queue = queueTo(to);
    for (const item of letters(100)) queue.add(item);
    await queue.flush();
    expect(to.accepted).toEqual(letters(100).filter((item) => item !== "i37"));
    expect(queue.droppedCount).toBe(1);
    expect(to.requests.length).toBeLessThan(16);
  });

  it("isolates after the attempts are used up when the answer leaves that open", async () => {
    const doubtful: Outcome = { ...retry, otherwise: { kind: "poisoned", error: boom } };
    const to = destination((batch) => (batch.includes("i3") ? doubtful : delivered));
    const queue = queueTo(to, { retry: { attempts: 2, initialDelayMs: 10 } });
    for (const item of letters(8)) queue.add(item);
    void queue.flush();
    for (let step = 0; step < 10; step++) await pass(10);
    expect(to.accepted).toEqual(letters(8).filter((item) => item !== "i3"));
    expect(queue.droppedCount).toBe(1);
  });

  it("takes a server that refuses every single item for broken, and tries later", async () => {
    let broken = true;
    const doubtful: Outcome = { ...retry, otherwise: { kind: "poisoned", error: boom } };
    const to = destination(() => (broken ? doubtful : delivered));
    const queue = queueTo(to, { retry: { attempts: 2, initialDelayMs: 10, maxDelayMs: 1_000 } });
    for (const item of letters(4)) queue.add(item);
    const first = queue.flush();
    await pass(10);
    expect(await first).toBe(false);
    expect(queue.pending).toBe(4);
    broken = false;
    await pass(1_000);
    expect(to.accepted).toEqual(letters(4));
    expect(queue.droppedCount).toBe(0);
  });

  it.each([
    [1, 0],
    [4, 2],
  ])("drops %i items of which none ever gets through after %i later rounds", async (items, rounds) => {
    const doubtful: Outcome = { ...retry, otherwise: { kind: "poisoned", error: boom } };
    const queue = queueTo(
      destination(() => doubtful),
      { retry: { attempts: 2, initialDelayMs: 10, maxDelayMs: 1_000 } },
    );
    for (const item of letters(items)) queue.add(item);
    void queue.flush();
    await pass(10);
    for (let round = 0; round < rounds; round++) {
      expect(queue.droppedCount).toBe(0);
      await pass(1_000);
      await pass(10);
    }
    expect(queue.droppedCount).toBe(items);
  });

  it("drops such items although others join them in every round", async () => {
    const doubtful: Outcome = { ...retry, otherwise: { kind: "poisoned", error: boom } };
    const dropped: string[] = [];
    const queue = queueTo(
      destination(() => doubtful),
      { retry: { attempts: 2, initialDelayMs: 10, maxDelayMs: 1_000 } },
    );
    const add = (item: string) => queue.add(item, (delivered) => !delivered && dropped.push(item));
    for (const item of letters(4)) add(item);
    void queue.flush();
    await pass(10);
    for (const late of ["late", "later"]) {
      expect(dropped).toEqual([]);
      add(late);
      await pass(1_000);
      await pass(10);
    }
    expect(dropped).toEqual(expect.arrayContaining(letters(4)));
  });

  it("splits what is too large, and remembers the limit the server stated", async () => {
    const to = destination((batch) =>
      batch.length > 4 ? { kind: "oversize", error: boom, maxItems: 4 } : delivered,
    );
    const queue = queueTo(to, { maxBatchItems: 10 });
    for (const item of letters(20)) queue.add(item);
    await queue.flush();
    expect(to.accepted).toEqual(letters(20));
    expect(to.requests.map((batch) => batch.length)).toEqual([10, 4, 4, 2, 4, 4, 2]);
  });

  it.each([
    ["items", { maxItems: 50 }, { maxBatchItems: 10 }],
    ["bytes", { maxBytes: 50 }, { maxBatchBytes: 10, sizeOf: () => 1 }],
  ])("never raises a limit of %s because the server states a higher one", async (_, stated, options) => {
    const to = destination((batch) =>
      batch.length > 1 && batch.includes("i3") ? { kind: "oversize", error: boom, ...stated } : delivered,
    );
    const queue = queueTo(to, options);
    for (const item of letters(30)) queue.add(item);
    await queue.flush();
    expect(to.accepted).toEqual(letters(30));
    expect(Math.max(...to.requests.map((batch) => batch.length))).toBe(10);
  });

  it("drops a single item that is too large even alone", async () => {
    const to = destination((batch) => (batch.includes("i1") ? { kind: "oversize", error: boom } : delivered));
    const queue = queueTo(to);
    for (const item of letters(3)) queue.add(item);
    await queue.flush();
    expect(to.accepted).toEqual(["i0", "i2"]);
  });
});

describe("holds", () => {
  const hold = (batch: "keep" | "drop", queue: "keep" | "drop", forMs = 60_000): Outcome => ({
    kind: "hold",
    error: boom,
    forMs,
    batch,
    queue,
  });

  it("sends nothing during a hold, keeps what waits when told so, and goes on after it", async () => {
    const to = destination((_, nth) => (nth === 1 ? hold("drop", "keep") : delivered));
    const queue = queueTo(to, { maxBatchItems: 2 });
    for (const item of letters(6)) queue.add(item);
    await pass(0);
    queue.add("late");
    expect(await queue.flush()).toBe(false);
    await pass(59_000);
    expect(to.requests.length).toBe(1);
    await pass(1_000);
    expect(to.accepted).toEqual(["i2", "i3", "i4", "i5", "late"]);
  });

  it("drops everything during a hold that says so", async () => {
    const to = destination((_, nth) => (nth === 1 ? hold("drop", "drop") : delivered));
    const queue = queueTo(to, { maxBatchItems: 2 });
    for (const item of letters(6)) queue.add(item);
    await pass(0);
    queue.add("meanwhile");
    expect(queue.pending).toBe(0);
    expect(queue.droppedCount).toBe(7);
    await pass(60_000);
    queue.add("after");
    await queue.flush();
    expect(to.accepted).toEqual(["after"]);
  });

  it("puts a kept batch back in front, in order, and lets a flush try again before the time", async () => {
    const to = destination((_, nth) => (nth === 1 ? hold("keep", "keep") : delivered));
    const queue = queueTo(to, { maxBatchItems: 3 });
    for (const item of letters(5)) queue.add(item);
    await pass(0);
    expect(to.accepted).toEqual([]);
    expect(await queue.flush()).toBe(true);
    expect(to.accepted).toEqual(letters(5));
  });

  it("does not send the rest of a split batch into a hold", async () => {
    const to = destination((batch, nth) => {
      if (batch.length > 2) return { kind: "oversize", error: boom };
      return nth === 2 ? hold("keep", "keep") : delivered;
    });
    const queue = queueTo(to, { maxBatchItems: 4 });
    for (const item of letters(4)) queue.add(item);
    await pass(0);
    expect(to.requests.length).toBe(2);
    await queue.flush();
    expect(to.accepted).toEqual(letters(4));
  });

  it("holds for ever without a timer", async () => {
    const to = destination(() => hold("drop", "drop", Number.POSITIVE_INFINITY));
    const queue = queueTo(to, { maxBatchItems: 1 });
    queue.add("a");
    await pass(0);
    expect(vi.getTimerCount()).toBe(0);
    queue.add("b");
    await pass(2 ** 31);
    expect(to.requests).toEqual([["a"]]);
  });
});

describe("bounds", () => {
  it("drops the oldest beyond the queue size and counts it", async () => {
    const to = destination(() => delivered);
    const fates: [string, boolean][] = [];
    const queue = queueTo(to, { maxQueueSize: 10, flushAtItems: 100 });
    for (const item of letters(11)) queue.add(item, (fate) => fates.push([item, fate]));
    expect(fates).toEqual([["i0", false]]);
    await queue.flush();
    expect(to.accepted).toEqual(letters(11).slice(1));
    expect(queue.droppedCount).toBe(1);
  });

  it("finds the oldest over all lanes", async () => {
    const to = destination(() => delivered);
    const queue = queueTo(to, { maxQueueSize: 3, flushAtItems: 100, lane: (item) => item.charAt(0) });
    for (const item of ["a1", "b1", "b2", "a2", "b3"]) queue.add(item);
    await queue.flush();
    expect(to.accepted.sort()).toEqual(["a2", "b2", "b3"]);
  });

  it.each([
    { maxQueueSize: 0 },
    { maxBatchItems: 1.5 },
    { flushIntervalMs: -1 },
    { batchDeadlineMs: Number.NaN },
  ])("refuses %o", (options) => {
    expect(() =>
      queueTo(
        destination(() => delivered),
        options,
      ),
    ).toThrow(RangeError);
  });
});

describe("flush and shutdown", () => {
  it("waits for the batch in flight", async () => {
    let answer = (_: Outcome) => {};
    const to = destination(
      () =>
        new Promise<Outcome>((resolve) => {
          answer = resolve;
        }),
    );
    const queue = queueTo(to, { maxBatchItems: 1 });
    queue.add("a");
    await pass(0);
    let flushed = false;
    const flush = queue.flush().then(() => {
      flushed = true;
    });
    await pass(100);
    expect(flushed).toBe(false);
    answer(delivered);
    await flush;
    expect(to.accepted).toEqual(["a"]);
  });

  it("does not wait for what is added after the call", async () => {
    const answers: ((outcome: Outcome) => void)[] = [];
    const to = destination(() => new Promise<Outcome>((resolve) => answers.push(resolve)));
    const queue = queueTo(to, { maxBatchItems: 1 });
    queue.add("a");
    await pass(0);
    const flush = queue.flush();
    queue.add("b");
    answers[0]?.(delivered);
    expect(await flush).toBe(true);
    await pass(0);
    answers[1]?.(delivered);
  });

  it("returns false when the time is up and loses nothing by it", async () => {
    let answer = (_: Outcome) => {};
    const to = destination(
      () =>
        new Promise<Outcome>((resolve) => {
          answer = resolve;
        }),
    );
    const queue = queueTo(to);
    queue.add("a");
    const flush = queue.flush(1_000);
    await pass(1_000);
    expect(await flush).toBe(false);
    answer(delivered);
    await pass(0);
    expect(to.accepted).toEqual(["a"]);
  });

  it.each([2 ** 31, Number.POSITIVE_INFINITY])("waits %d milliseconds, and not none", async (timeoutMs) => {
    let answer = (_: Outcome) => {};
    const transport = {
      send: () =>
        new Promise<Outcome>((resolve) => {
          answer = resolve;
        }),
    };
    const queue = queueTo(transport, { batchDeadlineMs: timeoutMs });
    queue.add("a");
    const flushed = queue.flush(timeoutMs);
    await pass(10_000);
    answer({ ...retry, afterMs: timeoutMs });
    await pass(10_000);
    const closed = queue.shutdown(timeoutMs);
    await pass(10_000);
    answer(delivered);
    expect([await flushed, await closed]).toEqual([true, true]);
  });

  it("cuts the waits between attempts short on shutdown", async () => {
    const to = destination((_, nth) => (nth < 3 ? { ...retry, afterMs: 30_000 } : delivered));
    const queue = queueTo(to);
    queue.add("a");
    void queue.flush();
    await pass(0);
    expect(await queue.shutdown(5_000)).toBe(true);
    expect(to.accepted).toEqual(["a"]);
  });

  it("aborts and drops what is left when the time for shutdown is up", async () => {
    let aborted = false;
    const transport = {
      send: (_: readonly string[], signal: AbortSignal) =>
        new Promise<Outcome>((resolve) => {
          signal.addEventListener("abort", () => {
            aborted = true;
            setImmediate(() => resolve(retry));
          });
        }),
    };
    const queue = queueTo(transport, { maxBatchItems: 1 });
    for (const item of letters(3)) queue.add(item);
    // Whoever waited for the end reads the count at once.
    const closed = queue.shutdown(2_000).then((flushed) => [flushed, queue.droppedCount]);
    await pass(2_000);
    expect(await closed).toEqual([false, 3]);
    expect(aborted).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("drops what the destination would rather have later, when the time for shutdown is up", async () => {
    const later = { kind: "hold", error: boom, forMs: 1_000, batch: "keep", queue: "keep" } as const;
    let sends = 0;
    const transport = {
      send: (_: readonly string[], signal: AbortSignal) => {
        sends++;
        return new Promise<Outcome>((resolve) => {
          signal.addEventListener("abort", () => resolve({ ...retry, otherwise: later }));
        });
      },
    };
    const queue = queueTo(transport, { lane: (item) => item, maxConcurrent: 2 });
    const fates: boolean[] = [];
    for (const item of letters(3)) queue.add(item, (fate) => fates.push(fate));
    const closed = queue.shutdown(2_000);
    await pass(2_000);
    expect(await closed).toBe(false);
    expect({ fates, dropped: queue.droppedCount, pending: queue.pending }).toEqual({
      fates: [false, false, false],
      dropped: 3,
      pending: 0,
    });
    await pass(5_000);
    expect({ sends, timers: vi.getTimerCount() }).toEqual({ sends: 2, timers: 0 });
  });

  it("is shut down once, and drops what comes later", async () => {
    const to = destination(() => delivered);
    const queue = queueTo(to);
    expect(queue.shutdown()).toBe(queue.shutdown());
    await queue.shutdown();
    queue.add("late");
    expect(queue.droppedCount).toBe(1);
    expect(to.requests).toEqual([]);
  });
});

describe("reports", () => {
  it("says the first drop of a kind at once and sums up the others", async () => {
    const warn = vi.fn();
    diag.setLogger({ error() {}, info() {}, debug() {}, verbose() {}, warn });
    const queue = queueTo(
      destination(() => delivered),
      { maxQueueSize: 1, flushAtItems: 10 },
    );
    for (const item of letters(5)) queue.add(item);
    expect(warn.mock.calls.map(String)).toEqual(["test: dropped 1 (overflow, 1 so far)"]);
    await queue.shutdown();
    expect(warn.mock.calls.map(String)).toContain("test: dropped 3 (overflow, 4 so far)");
  });

  it("counts what was delivered and dropped as metrics", async () => {
    vi.useRealTimers();
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const provider = new MeterProvider({ readers: [reader] });
    metrics.setGlobalMeterProvider(provider);
    const to = destination((batch) => (batch.includes("i1") ? { kind: "refused", error: boom } : delivered));
    const queue = queueTo(to, { maxBatchItems: 1 });
    for (const item of letters(3)) queue.add(item);
    await queue.flush();
    await reader.forceFlush();
    const points = exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
      .map(({ descriptor, dataPoints }) => [
        descriptor.name,
        dataPoints[0]?.value,
        dataPoints[0]?.attributes,
      ]);
    expect(points).toEqual([
      ["kit.delivery.delivered", 2, { "kit.delivery.name": "test" }],
      ["kit.delivery.dropped", 1, { "kit.delivery.name": "test", "kit.delivery.drop.reason": "refused" }],
    ]);
    metrics.disable();
    await provider.shutdown();
  });

  it("goes on when those who count and log throw", async () => {
    const fail = () => {
      throw boom;
    };
    diag.setLogger({ error: fail, warn: fail, info: fail, debug: fail, verbose: fail });
    const to = destination(() => delivered);
    const queue = queueTo(to, { maxQueueSize: 1, meterProvider: { getMeter: fail } });
    for (const item of letters(2)) queue.add(item);
    const flushed = queue.flush();
    await pass(0);
    expect(await flushed).toBe(true);
    expect({ accepted: to.accepted, dropped: queue.droppedCount }).toEqual({ accepted: ["i1"], dropped: 1 });
  });

  it("suppresses tracing around the transport", async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    let suppressed = false;
    const to = destination(() => {
      suppressed = isTracingSuppressed(context.active());
      return delivered;
    });
    const queue = queueTo(to);
    queue.add("a");
    await queue.flush();
    context.disable();
    expect(suppressed).toBe(true);
  });
});

it("delivers each item once or counts it as dropped, whatever the destination does", async () => {
  vi.useRealTimers();
  let state = 1;
  const chance = (share: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647 < share;
  };
  const kinds: Outcome[] = [
    { kind: "retry", error: boom },
    { kind: "retry", error: boom, otherwise: { kind: "poisoned", error: boom } },
    { kind: "oversize", error: boom },
    { kind: "poisoned", error: boom },
    { kind: "hold", error: boom, forMs: 1, batch: "keep", queue: "keep" },
  ];
  const to = destination(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return chance(0.3) ? (kinds[Math.floor(state % kinds.length)] as Outcome) : delivered;
  });
  const queue = queueTo(to, {
    lane: (item) => item.slice(-1),
    maxConcurrent: 3,
    maxQueueSize: 3_000,
    retry: { attempts: 3, initialDelayMs: 0, maxDelayMs: 1 },
  });
  const fates = new Map<string, boolean[]>();
  for (let index = 0; index < 20_000; index++) {
    const item = `${index}`;
    fates.set(item, []);
    queue.add(item, (fate) => fates.get(item)?.push(fate));
    if (index % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  for (let turn = 0; turn < 500 && queue.pending > 0; turn++) await queue.flush(10_000);
  expect(queue.pending).toBe(0);
  expect([...fates.values()].every((told) => told.length === 1)).toBe(true);
  const deliveredItems = [...fates].flatMap(([item, [fate]]) => (fate ? [item] : []));
  expect(to.accepted.toSorted()).toEqual(deliveredItems.toSorted());
  expect(queue.droppedCount).toBe(20_000 - deliveredItems.length);
  expect(deliveredItems.length).toBeGreaterThan(2_500);
  for (const lane of "0123456789") {
    const order = to.accepted.filter((item) => item.endsWith(lane)).map(Number);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  }
});
