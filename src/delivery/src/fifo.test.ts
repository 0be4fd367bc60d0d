import { expect, it } from "vitest";
import { collectGarbage } from "../../../test/support/garbage.js";
import { Fifo } from "./index.js";

it("gives items back in the order in which they came, however they come and go", () => {
  const fifo = new Fifo<number>();
  const taken: (number | undefined)[] = [];
  for (let n = 0; n < 10_000; n++) {
    fifo.push(n);
    if (n % 3 !== 0) taken.push(fifo.shift());
  }
  expect(fifo.length).toBe(10_000 - taken.length);
  expect([fifo.peek(), fifo.peek(1)]).toEqual([taken.length, taken.length + 1]);
  while (fifo.length > 0) taken.push(fifo.shift());
  expect(taken).toEqual(Array.from({ length: 10_000 }, (_, n) => n));
  expect([fifo.shift(), fifo.peek(), fifo.length]).toEqual([undefined, undefined, 0]);
});

it("holds on to nothing that has left it", async () => {
  const fifo = new Fifo<object>();
  const add = () => {
    const item = {};
    fifo.push(item);
    return new WeakRef(item);
  };
  const [first, second] = [add(), add()];
  fifo.shift();
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  expect([first.deref(), typeof second.deref()]).toEqual([undefined, "object"]);
});
