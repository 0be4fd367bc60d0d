import { afterEach, expect, it, vi } from "vitest";
import { onProcessEnd } from "./process-end.js";

afterEach(() => vi.restoreAllMocks());

it("abandons what is open before it sends what is left when a signal ends the process", async () => {
  const died = new Promise<void>((resolve) => {
    vi.spyOn(process, "kill").mockImplementation(() => {
      resolve();
      return true;
    });
  });
  const ending = {
    idle: vi.fn(),
    abandon: vi.fn(),
    flushSync: vi.fn(),
    hasWork: () => true,
    finish: vi.fn(async () => {}),
  };
  const stop = onProcessEnd(ending);
  try {
    process.emit("SIGTERM", "SIGTERM");
    await died;
    expect(ending.abandon).toHaveBeenCalledBefore(ending.finish);
  } finally {
    stop();
  }
});
