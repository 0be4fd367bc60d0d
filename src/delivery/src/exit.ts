/**
 * Runs `flush` when the event loop is empty, so that work behind unref'd timers still happens. `process.exit()` and signals
 * do not trigger it. Returns a function that removes the listener.
 */
export function onExit(timeoutMs: number, flush: (timeoutMs: number) => Promise<boolean> | undefined) {
  if (timeoutMs === 0) return () => {};
  let gaveUp = false;
  const listener = () => {
    // `beforeExit` fires again after every piece of work; an unreachable server must not delay the process twice.
    if (gaveUp) return;
    void flush(timeoutMs)?.then((flushed) => {
      gaveUp = !flushed;
    });
  };
  process.on("beforeExit", listener);
  return () => void process.off("beforeExit", listener);
}
