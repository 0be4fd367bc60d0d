import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import type { Outcome } from "./index.js";
import { boom, delivered, destination, holdTime, letters, pass, queueTo, retry } from "./queue.fixture.js";

holdTime();

const never = () => new Promise<Outcome>(() => {});

describe("takeForExit", () => {
  it("hands over what waits and what rests between two attempts, not what is being sent", async () => {
    const to = destination(([first]) => (first === "i0" ? retry : never()));
    const queue = queueTo(to, { maxBatchItems: 2, lane: (item) => item.slice(0, 1), maxConcurrent: 2 });
    for (const item of ["i0", "i1", "j0", "j1", "i2", "j2"]) queue.add(item);
    await pass(0);
    expect(to.requests).toEqual([
      ["i0", "i1"],
      ["j0", "j1"],
    ]);
    expect(queue.takeForExit()).toEqual(["i0", "i1", "i2", "j2"]);
  });

  it("hands over the pieces of a split batch whose turn has not come", async () => {
    const tooLarge: Outcome = { kind: "oversize", error: boom, maxItems: 2 };
    const to = destination((batch) => (batch.length > 2 ? tooLarge : never()));
    const queue = queueTo(to, { maxBatchItems: 6 });
    for (const item of letters(6)) queue.add(item);
    await pass(0);
    expect(to.requests.at(-1)).toEqual(["i0", "i1"]);
    expect(queue.takeForExit()).toEqual(["i2", "i3", "i4", "i5"]);
  });

  it("hands over the half of a spoilt batch whose turn has not come", async () => {
    const to = destination((batch) => (batch.length > 2 ? { kind: "poisoned", error: boom } : never()));
    const queue = queueTo(to, { maxBatchItems: 4 });
    for (const item of letters(4)) queue.add(item);
    await pass(0);
    expect(to.requests.at(-1)).toEqual(["i0", "i1"]);
    expect(queue.takeForExit()).toEqual(["i2", "i3"]);
  });

  it("leaves nothing behind to send, and takes nothing more", async () => {
    const to = destination(() => delivered);
    const queue = queueTo(to);
    queue.add("a");
    expect(queue.takeForExit()).toEqual(["a"]);
    queue.add("b");
    await pass(10_000);
    expect(to.requests).toEqual([]);
    expect(queue.takeForExit()).toEqual([]);
  });

  it("has nothing to give after a shutdown", async () => {
    const queue = queueTo(destination(() => delivered));
    queue.add("a");
    await queue.shutdown();
    expect(queue.takeForExit()).toEqual([]);
  });
});

describe("the deadline of an item", () => {
  it("drops what could not be delivered in its time, and starts no attempt after it", async () => {
    const to = destination(() => retry);
    const fates: boolean[] = [];
    const queue = queueTo(to, {
      ...{
        flushAtItems: 1,
        itemDeadlineMs: 5_000,
        retry: { attempts: 100, initialDelayMs: 1_000, factor: 1 },
      },
    });
    queue.add("a", (delivered) => fates.push(delivered));
    await pass(3_999);
    expect(fates).toEqual([]);
    await pass(1_001);
    expect(fates).toEqual([false]);
    const { length } = to.requests;
    expect(length).toBe(5);
    await pass(60_000);
    expect(to.requests).toHaveLength(length);
  });

  it("aborts the request that runs past it", async () => {
    let aborted = false;
    const send = (_: readonly string[], signal: AbortSignal) =>
      new Promise<Outcome>((resolve) => {
        signal.addEventListener("abort", () => {
          aborted = true;
          resolve(retry);
        });
      });
    const queue = queueTo({ send }, { flushAtItems: 1, itemDeadlineMs: 5_000 });
    queue.add("a");
    await pass(4_999);
    expect(aborted).toBe(false);
    await pass(1);
    expect(aborted).toBe(true);
    expect(queue.droppedCount).toBe(1);
  });

  it("does not care what becomes of the clock, which computers set and that stops while they sleep", async () => {
    const to = destination((_, nth) => (nth === 1 ? retry : delivered));
    const options = { itemDeadlineMs: 5_000, batchDeadlineMs: 5_000, retry: { initialDelayMs: 1_000 } };
    const queue = queueTo(to, options);
    queue.add("a");
    const flushed = queue.flush();
    vi.setSystemTime(Date.now() + 3_600_000);
    await pass(500);
    vi.setSystemTime(Date.now() + 3_600_000);
    await pass(500);
    expect(await flushed).toBe(true);
    expect(to.accepted).toEqual(["a"]);
  });

  it("counts the time in the queue", async () => {
    const to = destination(() => delivered);
    const queue = queueTo(to, { flushIntervalMs: 10_000, itemDeadlineMs: 5_000 });
    queue.add("a");
    await pass(10_000);
    expect(to.requests).toEqual([]);
    expect(queue.droppedCount).toBe(1);
  });
});

describe("measuring items", () => {
  it("lets the event loop turn in between, and measures each once", async () => {
    vi.useRealTimers();
    let inThisTurn = 0;
    let mostInATurn = 0;
    let measured = 0;
    const sizeOf = () => {
      measured++;
      mostInATurn = Math.max(mostInATurn, ++inThisTurn);
      // As long as encoding a large item takes.
      const until = performance.now() + 2;
      while (performance.now() < until);
      return 1;
    };
    const to = destination(() => delivered);
    const queue = queueTo(to, { sizeOf, maxBatchItems: 50, maxBatchBytes: 40 });
    for (const item of letters(50)) queue.add(item);
    while (to.requests.length < 2) {
      await nextTurn();
      inThisTurn = 0;
      if (to.requests.length === 1 && to.accepted.length === 40) void queue.flush();
    }
    expect(to.requests.map(({ length }) => length)).toEqual([40, 10]);
    expect(measured).toBe(50);
    // Five milliseconds, and the one that goes over them.
    expect(mostInATurn).toBeLessThanOrEqual(4);
  });

  it("takes an item that cannot be measured as small, and one that cannot be compared as alone", async () => {
    const to = destination(() => delivered);
    const fail = () => {
      throw boom;
    };
    const queue = queueTo(to, { sizeOf: fail, together: fail });
    for (const item of letters(3)) queue.add(item);
    await queue.flush();
    expect(to.requests).toEqual([["i0"], ["i1"], ["i2"]]);
  });
});

it("ends a hold by its timer although the wall clock was set back meanwhile", async () => {
  const hold: Outcome = { kind: "hold", error: boom, forMs: 1_000, batch: "keep", queue: "keep" };
  const to = destination((_, nth) => (nth === 1 ? hold : delivered));
  const queue = queueTo(to, { flushAtItems: 1 });
  queue.add("a");
  await pass(0);
  const { now } = Date;
  Date.now = () => now() - 3_600_000;
  try {
    await pass(1_000);
    expect(to.accepted).toEqual(["a"]);
  } finally {
    Date.now = now;
  }
});
