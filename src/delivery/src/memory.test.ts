import { expect, it, onTestFinished } from "vitest";
import { collectGarbage } from "../../../test/support/garbage.js";
import { DeliveryQueue } from "./index.js";
import { delivered } from "./queue.fixture.js";

it("holds on to nothing that was delivered", async () => {
  const queue = new DeliveryQueue<object>({ name: "test", transport: { send: async () => delivered } });
  onTestFinished(() => void queue.shutdown());
  const add = () => {
    const item = {};
    queue.add(item);
    return new WeakRef(item);
  };
  const items = Array.from({ length: 10 }, add);
  expect(await queue.flush()).toBe(true);
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  expect(items.filter((item) => item.deref() !== undefined)).toEqual([]);
});
