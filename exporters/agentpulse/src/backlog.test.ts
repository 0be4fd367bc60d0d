import { expect, it } from "vitest";
import { Backlog } from "./backlog.js";

/** A slice may be cut short on a busy machine. */
const turns = async () => {
  for (let n = 0; n < 10; n++) await turn();
};
const turn = () => new Promise((resolve) => setImmediate(resolve));

it("does all the work, in order, and not before the caller is done", async () => {
  const done: number[] = [];
  const backlog = new Backlog<number>((n) => done.push(n));
  for (const n of [1, 2, 3]) backlog.add(n);
  expect(done).toEqual([]);
  await turns();
  expect(done).toEqual([1, 2, 3]);
  backlog.add(4);
  await turns();
  expect(done).toEqual([1, 2, 3, 4]);
});

it("lets the event loop turn between pieces of work that take long", async () => {
  const done: number[] = [];
  const backlog = new Backlog<number>((n) => {
    const until = performance.now() + 6;
    while (performance.now() < until);
    done.push(n);
  });
  for (const n of [1, 2, 3]) backlog.add(n);
  await turn();
  expect(done).toEqual([1]);
  await turn();
  expect(done).toEqual([1, 2]);
  await turn();
  expect(done).toEqual([1, 2, 3]);
});
