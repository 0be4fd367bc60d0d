const SIGNALS: readonly NodeJS.Signals[] = ["SIGTERM", "SIGINT", "SIGHUP"];
/** On listeners that only flush, so that two exporters do not take each other for the application. */
const FLUSHES = Symbol.for("@kit/flushes-on-signal");

/**
 * Runs `flush` when a signal is about to end the process, which then ends by that signal. An application with a
 * listener of its own stays in charge. Returns the function that takes the listeners away.
 */
export function onSignals(flush: () => Promise<unknown>): () => void {
  let dying = false;
  const stop = () => {
    for (const signal of SIGNALS) process.removeListener(signal, listener);
  };
  const dieBy = (signal: NodeJS.Signals) => {
    stop();
    try {
      process.kill(process.pid, signal);
    } catch {
      // Windows tells of consoles that close, by signals that it cannot send.
      process.kill(process.pid, "SIGKILL");
    }
  };
  const listener = (signal: NodeJS.Signals) => {
    const alone = countListeners(signal, (other) => !(FLUSHES in other)) === 0;
    // A server that handles this one reads its configuration again, and goes on.
    if (signal === "SIGHUP" && !alone) return;
    // Whoever signals again does not want to wait.
    if (alone && dying) return dieBy(signal);
    dying = alone;
    const done = () => {
      if (!alone) return;
      stop();
      // The last to have flushed ends the process.
      if (countListeners(signal, () => true) === 0) dieBy(signal);
    };
    flush().then(done, done);
  };
  Object.defineProperty(listener, FLUSHES, { value: true });
  // First in line: a `once` listener of the application has not taken itself away yet when we count.
  for (const signal of SIGNALS) process.prependListener(signal, listener);
  return stop;
}

/** `signal-exit`, found in most command-line tools, waits for whoever else listens: it does not count. */
function countListeners(signal: NodeJS.Signals, wanted: (listener: object) => boolean): number {
  const emitters = [
    (globalThis as Record<symbol, unknown>)[Symbol.for("signal-exit emitter")],
    (process as unknown as Record<string, unknown>).__signal_exit_emitter__,
  ] as readonly ({ readonly count?: unknown } | undefined)[];
  let count = process.listeners(signal).filter(wanted).length;
  for (const emitter of emitters) if (typeof emitter?.count === "number") count -= emitter.count;
  return Math.max(0, count);
}
