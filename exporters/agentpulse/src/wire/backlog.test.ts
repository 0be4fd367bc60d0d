import { expect, it } from "vitest";
import { Backlog } from "./backlog.js";

it("does all the work in order, and not before the caller is done", async () => {
  const done: number[] = [];
  const backlog = new Backlog<number>(10, (n) => done.push(n));
  for (const n of [1, 2, 3]) backlog.add(n);
  expect(done).toEqual([]);
  await expect.poll(() => done).toEqual([1, 2, 3]);
  backlog.add(4);
  await expect.poll(() => done).toEqual([1, 2, 3, 4]);
});

it("lets the event loop turn between pieces of work that take long", async () => {
  const turns: number[] = [];
  let turn = 0;
  const backlog = new Backlog<number>(10, () => {
    const until = performance.now() + 6;
    while (performance.now() < until);
    turns.push(turn);
  });
  for (const n of [1, 2, 3]) backlog.add(n);
  while (turns.length < 3) {
    await new Promise((resolve) => setImmediate(resolve));
    turn++;
  }
  expect(new Set(turns).size).toBe(3);
});

it("forgets the oldest of more work than it holds", async () => {
  const done: number[] = [];
  const backlog = new Backlog<number>(1_500, (n) => done.push(n));
  for (let n = 0; n < 5_000; n++) backlog.add(n);
  await expect.poll(() => done.length).toBe(1_500);
  expect(done).toEqual(Array.from({ length: 1_500 }, (_, i) => 3_500 + i));
});
