import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Loss } from "../socket/channel.js";
import { ExitTracker } from "./exit-tracker.js";

const LOST: Loss = { closeCode: 1006, reason: "" };

function track(tty: boolean) {
  const told: (number | Loss)[] = [];
  const tracker = new ExitTracker(tty, {
    onExit: (code) => told.push(code),
    onLost: (loss) => told.push(loss),
  });
  return { tracker, told };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("without a terminal", () => {
  it.each([0, 1, 42, 143, 255])("a binary exit of %i counts at once, unsigned", (code) => {
    const { tracker, told } = track(false);
    tracker.binaryExit(Uint8Array.of(code));
    expect(told).toEqual([code]);
  });

  it("a text exit waits for the binary one, which wins", () => {
    const { tracker, told } = track(false);
    tracker.textExit(7);
    expect(told).toEqual([]);
    tracker.binaryExit(Uint8Array.of(9));
    tracker.closed(LOST);
    vi.advanceTimersByTime(5000);
    expect(told).toEqual([9]);
  });

  it("a text exit counts after a second without frames", () => {
    const { tracker, told } = track(false);
    tracker.textExit(7);
    vi.advanceTimersByTime(900);
    tracker.heard();
    vi.advanceTimersByTime(900);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(200);
    expect(told).toEqual([7]);
  });

  it("a text exit counts when the connection ends", () => {
    const { tracker, told } = track(false);
    tracker.textExit(0);
    tracker.closed(LOST);
    expect(told).toEqual([0]);
  });

  it("an exit frame without a code falls back to the text exit, or is a loss", () => {
    const withText = track(false);
    withText.tracker.textExit(3);
    withText.tracker.binaryExit(new Uint8Array());
    expect(withText.told).toEqual([3]);
    const without = track(false);
    without.tracker.binaryExit(Uint8Array.of(1, 2));
    expect(without.told).toMatchObject([
      { closeCode: 1006, reason: expect.stringContaining("no exit code") },
    ]);
  });
});

describe("with a terminal", () => {
  it("a text exit counts after a quarter of a second without frames", () => {
    const { tracker, told } = track(true);
    tracker.textExit(3);
    vi.advanceTimersByTime(240);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(20);
    expect(told).toEqual([3]);
  });
});

it("an end without any exit is a loss, told once", () => {
  const { tracker, told } = track(false);
  tracker.closed({ closeCode: 1011, reason: "oops" });
  tracker.closed(LOST);
  tracker.textExit(1);
  vi.advanceTimersByTime(5000);
  expect(told).toEqual([{ closeCode: 1011, reason: "oops" }]);
});

it("an error of the server counts after a second, unless an exit follows", () => {
  const alone = track(false);
  alone.tracker.failed(new Error("no agent"));
  vi.advanceTimersByTime(1100);
  expect(alone.told).toMatchObject([{ error: { message: "no agent" } }]);
  const followed = track(false);
  followed.tracker.failed(new Error("no agent"));
  followed.tracker.binaryExit(Uint8Array.of(1));
  expect(followed.told).toEqual([1]);
});

it("does not take silence for the end while nobody reads the connection", () => {
  const { tracker, told } = track(false);
  tracker.textExit(0);
  tracker.pause();
  vi.advanceTimersByTime(60_000);
  expect(told).toEqual([]);
  tracker.resume();
  vi.advanceTimersByTime(1100);
  expect(told).toEqual([0]);
});

it("nor for the end when the text exit was read before the pause was noticed", () => {
  const { tracker, told } = track(false);
  tracker.pause();
  tracker.textExit(0);
  vi.advanceTimersByTime(60_000);
  expect(told).toEqual([]);
  tracker.resume();
  vi.advanceTimersByTime(1100);
  expect(told).toEqual([0]);
});
