import { expect, it, vi } from "vitest";
import { HandlerQueue } from "./handler-queue.js";

function createQueue(maxRunning: number, maxWaiting = Number.POSITIVE_INFINITY) {
  const onDropped = vi.fn();
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const queue = new HandlerQueue({ maxRunning, maxWaiting, logger, onDropped });
  return { queue, onDropped, logger };
}

it("starts a task at once while there is room, and the rest in order", async () => {
  const { queue } = createQueue(2);
  const started: number[] = [];
  const release: (() => void)[] = [];
  const tasks = [1, 2, 3, 4].map((n) =>
    queue.run(() => {
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
  const closed = queue.close(60_000);
  release[3]?.();
  await closed;
});

it("goes on after a task that fails", async () => {
  const { queue } = createQueue(1);
  const failing = queue.run(() => Promise.reject(new Error("x")));
  const next = queue.run(async () => "fine");
  await expect(failing).rejects.toThrow("x");
  expect(await next).toBe("fine");
});

it("skips what has not started when closed, and waits for the rest", async () => {
  const { queue, onDropped } = createQueue(1);
  const ran: number[] = [];
  let release = () => {};
  const first = queue.run(async () => {
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    ran.push(1);
  });
  const second = queue.run(async () => ran.push(2));
  const closed = queue.close(60_000);
  expect(await second).toBeUndefined();
  release();
  await closed;
  expect(ran).toEqual([1]);
  await first;
  expect(await queue.run(async () => "again")).toBe("again");
  expect(onDropped).not.toHaveBeenCalled();
});

it("waits no longer than asked when closed", async () => {
  const { queue } = createQueue(1);
  void queue.run(() => new Promise(() => {}));
  await queue.close(1);
});

it("keeps its order over long queues", async () => {
  const { queue } = createQueue(1);
  const order: number[] = [];
  await Promise.all(Array.from({ length: 5000 }, (_, n) => queue.run(async () => void order.push(n))));
  expect(order).toEqual(Array.from({ length: 5000 }, (_, n) => n));
});

it("drops the oldest that waits when too many do, and warns once for each overload", async () => {
  const { queue, onDropped, logger } = createQueue(1, 2);
  const ran: number[] = [];
  const overload = () => Promise.all([0, 1, 2, 3, 4].map((n) => queue.run(async () => ran.push(n))));
  expect(await overload()).toEqual([1, undefined, undefined, 2, 3]);
  expect(ran).toEqual([0, 3, 4]);
  expect(onDropped).toHaveBeenCalledTimes(2);
  expect(logger.warn).toHaveBeenCalledOnce();
  await overload();
  expect(logger.warn).toHaveBeenCalledTimes(2);
});
