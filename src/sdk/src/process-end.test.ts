import { afterEach, expect, it, vi } from "vitest";
import { onProcessEnd } from "./process-end.js";

afterEach(() => vi.restoreAllMocks());

it("leaves before it finishes when a signal ends the process", async () => {
  const died = new Promise<void>((resolve) => {
    vi.spyOn(process, "kill").mockImplementation(() => {
      resolve();
      return true;
    });
  });
  const ending = {
    idle: vi.fn(),
    leave: vi.fn(),
    last: vi.fn(),
    hasWork: () => true,
    finish: vi.fn(async () => {}),
  };
  const stop = onProcessEnd(ending);
  try {
    process.emit("SIGTERM", "SIGTERM");
    await died;
    expect(ending.leave).toHaveBeenCalledBefore(ending.finish);
  } finally {
    stop();
  }
});
