/**
 * Runs `flush` when the event loop has run empty, so that what waits behind unref'd timers is still done.
 * Does not see `process.exit()` and signals. Returns the function that takes the listener away.
 */
export function onExit(timeoutMs: number, flush: (timeoutMs: number) => Promise<boolean> | undefined) {
  if (timeoutMs === 0) return () => {};
  let gaveUp = false;
  const listener = () => {
    // 'beforeExit' comes again after every piece of work; an unreachable server must not hold the process twice.
    if (gaveUp) return;
    void flush(timeoutMs)?.then((flushed) => {
      gaveUp = !flushed;
    });
  };
  process.on("beforeExit", listener);
  return () => void process.off("beforeExit", listener);
}
