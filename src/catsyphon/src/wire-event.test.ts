import { afterEach, expect, it, vi } from "vitest";
import { WireEventFactory } from "./wire-event.js";

afterEach(() => void vi.useRealTimers());

const metadata = (n: number) => ({
  type: "metadata",
  data: { n },
  emittedAt: "2026-05-01T08:00:00Z",
});

it("gives events of one millisecond times that increase, also when the clock is set back", () => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-05-01T08:00:00Z") });
  const factory = new WireEventFactory("s");
  const time = () => factory.create({ type: "metadata", data: {} }).emitted_at;
  const times = [time(), time()];
  vi.setSystemTime(new Date("2026-05-01T07:00:00Z"));
  times.push(time());
  expect(times).toEqual([
    "2026-05-01T08:00:00.000000Z",
    "2026-05-01T08:00:00.000001Z",
    "2026-05-01T08:00:00.000002Z",
  ]);
});

it("tells equal events apart as long as there are no more than 10,000 others between them", () => {
  const factory = new WireEventFactory("s");
  const hashOf = (n: number) => factory.create(metadata(n)).event_hash;
  const first = hashOf(0);
  for (let n = 1; n < 10_000; n += 1) hashOf(n);
  const second = hashOf(0);
  expect(second).not.toBe(first);
  for (let n = 1; n <= 10_000; n += 1) hashOf(n);
  expect(hashOf(0)).toBe(first);
});
