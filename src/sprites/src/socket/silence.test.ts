import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Silence } from "./silence.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("tells once when nothing was heard for the whole time", () => {
  const told = vi.fn();
  new Silence(100, told).start();
  vi.advanceTimersByTime(99);
  expect(told).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1000);
  expect(told).toHaveBeenCalledTimes(1);
});

it("starts anew with everything that is heard", () => {
  const told = vi.fn();
  const silence = new Silence(100, told);
  silence.start();
  for (let i = 0; i < 10; i++) {
    vi.advanceTimersByTime(60);
    silence.heard();
  }
  expect(told).not.toHaveBeenCalled();
});

it("does not tell when what arrived during a busy turn is delivered in the next", async () => {
  vi.useRealTimers();
  const told = vi.fn();
  const silence = new Silence(20, told);
  silence.start();
  // Data wait in the system while this turn blocks; the poll phase delivers them after the timers ran.
  const { port1, port2 } = new MessageChannel();
  port2.on("message", () => {
    silence.heard();
    // After the turn in which it would tell.
    setImmediate(() => silence.stop());
  });
  port1.postMessage("data");
  const until = performance.now() + 40;
  while (performance.now() < until);
  await new Promise((resolve) => setTimeout(resolve, 60));
  port1.close();
  expect(told).not.toHaveBeenCalled();
});

it("stopped, it hears nothing and tells nothing", () => {
  const told = vi.fn();
  const silence = new Silence(100, told);
  silence.start();
  silence.stop();
  silence.heard();
  vi.advanceTimersByTime(1000);
  expect(told).not.toHaveBeenCalled();
});
