import { expect, it } from "vitest";
import { ConcurrencyLimit, OverflowError } from "./concurrency-limit.js";

it("starts a task at once while there is room, and the rest in order", async () => {
  const limit = new ConcurrencyLimit(2);
  const started: number[] = [];
  const release: (() => void)[] = [];
  const tasks = [1, 2, 3, 4].map((n) =>
    limit.run(() => {
      started.push(n);
      return new Promise<void>((resolve) => release.push(resolve));
    }),
  );
  expect(started).toEqual([1, 2]);
  release[1]?.();
  await tasks[1];
  await Promise.resolve();
  expect(started).toEqual([1, 2, 3]);
  release[0]?.();
  release[2]?.();
  await Promise.all(tasks.slice(0, 3));
  await Promise.resolve();
  expect(started).toEqual([1, 2, 3, 4]);
  const idle = limit.idle();
  release[3]?.();
  await idle;
});

it("goes on after a task that fails", async () => {
  const limit = new ConcurrencyLimit(1);
  const failing = limit.run(() => Promise.reject(new Error("x")));
  const next = limit.run(async () => "fine");
  await expect(failing).rejects.toThrow("x");
  expect(await next).toBe("fine");
});

it("rejects what has not started when cleared", async () => {
  const limit = new ConcurrencyLimit(1);
  let ran = 0;
  const first = limit.run(async () => void ran++);
  const second = limit.run(async () => void ran++);
  limit.clear(new Error("closing"));
  await expect(second).rejects.toThrow("closing");
  await first;
  await limit.idle();
  expect(ran).toBe(1);
});

it("keeps its order over long queues", async () => {
  const limit = new ConcurrencyLimit(1);
  const order: number[] = [];
  await Promise.all(Array.from({ length: 5000 }, (_, n) => limit.run(async () => void order.push(n))));
  expect(order).toEqual(Array.from({ length: 5000 }, (_, n) => n));
});

it("drops the oldest that waits when too many do", async () => {
  const limit = new ConcurrencyLimit(1, 2);
  const ran: number[] = [];
  const results = await Promise.allSettled(
    [0, 1, 2, 3, 4].map((n) => limit.run(async () => void ran.push(n))),
  );
  expect(ran).toEqual([0, 3, 4]);
  expect(results.flatMap((each) => (each.status === "rejected" ? [each.reason] : []))).toEqual([
    expect.any(OverflowError),
    expect.any(OverflowError),
  ]);
  expect(limit.waiting).toBe(0);
});
