import { getEventListeners } from "node:events";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { checkTimeout, Deadline } from "./deadline.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("expires after its time, and not before", () => {
  const deadline = new Deadline(100);
  vi.advanceTimersByTime(99);
  expect(deadline.signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(deadline).toMatchObject({ expired: true, signal: { aborted: true } });
});

it("follows the caller's signal with its reason, and is then not expired", () => {
  const outer = new AbortController();
  const deadline = new Deadline(100, outer.signal);
  outer.abort("stop");
  vi.advanceTimersByTime(1000);
  expect(deadline).toMatchObject({ expired: false, signal: { aborted: true, reason: "stop" } });
  expect(new Deadline(100, outer.signal).signal.reason).toBe("stop");
});

it("leaves neither timer nor listener behind", async () => {
  const outer = new AbortController();
  const deadline = new Deadline(100, outer.signal);
  await deadline.race(Promise.resolve(1));
  deadline[Symbol.dispose]();
  expect(vi.getTimerCount()).toBe(0);
  expect(getEventListeners(outer.signal, "abort")).toHaveLength(0);
});

it("races work: its result, its error, or undefined when the time is up", async () => {
  expect(await new Deadline(100).race(Promise.resolve(1))).toBe(1);
  await expect(new Deadline(100).race(Promise.reject(new Error("no")))).rejects.toThrow("no");
  const late = new Deadline(100).race(new Promise(() => undefined));
  vi.advanceTimersByTime(100);
  expect(await late).toBeUndefined();
});

it.each([-1, Number.NaN])("cannot be made of %s milliseconds", (ms) => {
  expect(() => new Deadline(ms)).toThrow(RangeError);
});

it.each([undefined, null, Number.POSITIVE_INFINITY, 2 ** 31])("has no limit with %s", (ms) => {
  expect(new Deadline(ms).signal.aborted).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});

it.each([0, -1, Number.NaN, "5" as unknown as number])("refuses %s as a limit", (ms) => {
  expect(() => checkTimeout("timeout", ms)).toThrow(RangeError);
});
