import { setImmediate } from "node:timers/promises";
import { expect, it, onTestFinished, vi } from "vitest";
import { Log } from "./log.js";

it("listens once for errors of standard error, however many lines are on their way, and no longer than these", async () => {
  const written: (() => void)[] = [];
  const write = (_: unknown, done: () => void) => written.push(done) > 0;
  const spy = vi.spyOn(process.stderr, "write").mockImplementation(write as typeof process.stderr.write);
  onTestFinished(() => spy.mockRestore());
  const listeners = () => process.stderr.listenerCount("error");
  const before = listeners();
  const log = new Log(true);
  for (let line = 0; line < 11; line++) log.debug("Node takes eleven listeners for a leak");
  expect(listeners()).toBe(before + 1);
  for (const done of written) done();
  await setImmediate();
  expect(listeners()).toBe(before);
});
