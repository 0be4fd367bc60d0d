const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/**
 * Runs `flush` when a signal is about to end the process, which then ends by that signal. An application with a
 * listener of its own stays in charge. Returns the function that takes the listeners away.
 */
export function onSignals(flush: () => Promise<unknown>): () => void {
  const stop = () => {
    for (const signal of SIGNALS) process.removeListener(signal, listener);
  };
  const listener = (signal: NodeJS.Signals) => {
    const alone = process.listenerCount(signal) === 1;
    const done = () => {
      if (!alone) return;
      stop();
      process.kill(process.pid, signal);
    };
    flush().then(done, done);
  };
  for (const signal of SIGNALS) process.prependListener(signal, listener);
  return stop;
}
