import { afterEach, expect, it, vi } from "vitest";
import { onEndingSignal } from "./ending-signal.js";

afterEach(() => vi.restoreAllMocks());

it("dies of a signal that the system tells of and cannot send, as Windows does when a console closes", async () => {
  const sent: unknown[] = [];
  const died = new Promise<void>((resolve) => {
    vi.spyOn(process, "kill").mockImplementation((_pid, signal) => {
      sent.push(signal);
      if (signal === "SIGHUP") throw Object.assign(new Error("kill ENOSYS"), { code: "ENOSYS" });
      resolve();
      return true;
    });
  });
  const flush = vi.fn(async () => {});
  const stop = onEndingSignal({ flush });
  try {
    process.emit("SIGHUP", "SIGHUP");
    await died;
    expect(flush).toHaveBeenCalledOnce();
    expect(sent).toEqual(["SIGHUP", "SIGKILL"]);
  } finally {
    stop();
  }
});

it.each([
  ["SIGTERM", 1],
  ["SIGHUP", 0],
] as const)(
  "flushes at a %s that the application handles %i times, and leaves the rest to it",
  (signal, times) => {
    const kill = vi.spyOn(process, "kill").mockReturnValue(true);
    const flush = vi.fn(async () => {});
    const leave = vi.fn();
    const handled = vi.fn();
    process.once(signal, handled);
    const stop = onEndingSignal({ flush, leave });
    try {
      process.emit(signal, signal);
      expect([handled, flush, leave, kill].map(({ mock }) => mock.calls.length)).toEqual([1, times, 0, 0]);
    } finally {
      stop();
    }
  },
);
