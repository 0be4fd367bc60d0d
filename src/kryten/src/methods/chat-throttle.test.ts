import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ChatThrottle } from "./chat-throttle.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function track(throttle: ChatThrottle, left: string[], name: string, ...signals: AbortSignal[]) {
  return throttle
    .enter(async () => {}, ...signals)
    .then(
      () => left.push(name),
      (reason) => left.push(`${name} ${reason}`),
    );
}

it("lets the first line out at once and the next ones after the delay each, in order", async () => {
  const throttle = new ChatThrottle(1000, 0);
  const left: string[] = [];
  for (const name of ["first", "second", "third"]) void track(throttle, left, name);
  await vi.advanceTimersByTimeAsync(0);
  expect(left).toEqual(["first"]);
  await vi.advanceTimersByTimeAsync(999);
  expect(left).toEqual(["first"]);
  await vi.advanceTimersByTimeAsync(1);
  expect(left).toEqual(["first", "second"]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(left).toEqual(["first", "second", "third"]);
});

it("adds a random part up to the jitter", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  const throttle = new ChatThrottle(1000, 500);
  const left: string[] = [];
  void track(throttle, left, "first");
  void track(throttle, left, "second");
  await vi.advanceTimersByTimeAsync(1249);
  expect(left).toEqual(["first"]);
  await vi.advanceTimersByTimeAsync(1);
  expect(left).toEqual(["first", "second"]);
  vi.restoreAllMocks();
});

it("gives the turn of an aborted line to the next", async () => {
  const throttle = new ChatThrottle(1000, 0);
  const left: string[] = [];
  const controller = new AbortController();
  void track(throttle, left, "first");
  void track(throttle, left, "second", controller.signal);
  void track(throttle, left, "third");
  await vi.advanceTimersByTimeAsync(500);
  controller.abort("called off");
  await vi.advanceTimersByTimeAsync(500);
  expect(left).toEqual(["first", "second called off", "third"]);
});

it("lets an aborted line go at once, not when its turn would have come", async () => {
  const throttle = new ChatThrottle(1000, 0);
  const left: string[] = [];
  const controller = new AbortController();
  for (const name of ["first", "second", "third"]) void track(throttle, left, name);
  void track(throttle, left, "fourth", controller.signal);
  void track(throttle, left, "fifth");
  await vi.advanceTimersByTimeAsync(0);
  controller.abort("called off");
  await vi.advanceTimersByTimeAsync(0);
  expect(left).toEqual(["first", "fourth called off"]);
  await vi.advanceTimersByTimeAsync(3000);
  expect(left).toEqual(["first", "fourth called off", "second", "third", "fifth"]);
});

it("does not hold back a line that comes late", async () => {
  const throttle = new ChatThrottle(1000, 0);
  const left: string[] = [];
  void track(throttle, left, "first");
  await vi.advanceTimersByTimeAsync(5000);
  void track(throttle, left, "second");
  await vi.advanceTimersByTimeAsync(0);
  expect(left).toEqual(["first", "second"]);
});

it("holds the lines behind one that cannot be sent yet, and lets them go on when it cannot at all", async () => {
  const throttle = new ChatThrottle(1000, 0);
  const left: string[] = [];
  const enter = (name: string, canSend: () => Promise<unknown>) =>
    throttle.enter(canSend).then(() => left.push(name));
  void enter("first", () => new Promise((resolve) => setTimeout(resolve, 5000)));
  void enter("second", () => new Promise((_, reject) => setTimeout(reject, 7000)));
  void enter("third", async () => {});
  await vi.advanceTimersByTimeAsync(4999);
  expect(left).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(left).toEqual(["first"]);
  await vi.advanceTimersByTimeAsync(7999);
  expect(left).toEqual(["first"]);
  // The second takes no pause from the third.
  await vi.advanceTimersByTimeAsync(1);
  expect(left).toEqual(["first", "second", "third"]);
});

it("lets an aborted line go while it cannot be sent, and the next has its turn", async () => {
  const throttle = new ChatThrottle(1000, 0);
  const left: string[] = [];
  const stop = new AbortController();
  const { signal } = stop;
  const stuck = () =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  void throttle.enter(stuck, signal).catch((reason) => left.push(`first ${reason}`));
  void track(throttle, left, "second");
  await vi.advanceTimersByTimeAsync(5000);
  expect(left).toEqual([]);
  stop.abort("called off");
  await vi.advanceTimersByTimeAsync(0);
  expect(left.sort()).toEqual(["first called off", "second"]);
});
