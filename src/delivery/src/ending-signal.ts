/** What asks a process to end: the system, the keyboard, the terminal that closes. */
const SIGNALS: readonly NodeJS.Signals[] = ["SIGTERM", "SIGINT", "SIGHUP"];

/** On listeners that only flush, also those of other copies, so that they do not take each other for the application. */
const FLUSHES = Symbol.for("@kit/flushes-on-signal");

/** What to do when a signal is about to end the process. */
export interface Farewell {
  /** Sends what is left. Resolves in bounded time. */
  flush(): Promise<unknown>;
  /** The process dies by the signal, as nobody else listens. Comes before `flush`. */
  leave?(): void;
}

/**
 * Runs `farewell` when a signal is about to end the process, which then ends by that signal. An application with a
 * listener of its own stays in charge: only the sending starts early.
 * Returns the function that takes the listeners away.
 */
export function onEndingSignal(farewell: Farewell): () => void {
  let dying = false;
  const stop = () => {
    for (const signal of SIGNALS) process.removeListener(signal, listener);
  };
  const dieBy = (signal: NodeJS.Signals) => {
    stop();
    try {
      process.kill(process.pid, signal);
    } catch {
      // Windows reports a console that closes as a signal, but cannot send that one.
      process.kill(process.pid, "SIGKILL");
    }
  };
  const listener = (signal: NodeJS.Signals) => {
    const alone = countDeciding(signal) === 0;
    // A server that handles this one reads its configuration again, and goes on.
    if (signal === "SIGHUP" && !alone) return;
    // Whoever signals again does not want to wait, and would not have to without us.
    if (alone && dying) return dieBy(signal);
    dying = alone;
    if (alone) farewell.leave?.();
    const done = () => {
      if (!alone) return;
      // Listening until now also held back `signal-exit`, which kills as soon as it is the only one.
      stop();
      // Others may not have flushed yet; the last one ends the process.
      if (!process.listeners(signal).some(isFlushing)) dieBy(signal);
    };
    farewell.flush().then(done, done);
  };
  Object.defineProperty(listener, FLUSHES, { value: true });
  // First in line: a `once` listener of the application has not taken itself away yet when we count.
  for (const signal of SIGNALS) process.prependListener(signal, listener);
  return stop;
}

function isFlushing(listener: object): boolean {
  return FLUSHES in listener;
}

/** Listeners that decide what the signal does. */
function countDeciding(signal: NodeJS.Signals): number {
  const listeners = process.listeners(signal).filter((listener) => !isFlushing(listener)).length;
  return Math.max(listeners - countSignalExit(), 0);
}

/**
 * `signal-exit`, found in most command-line tools, listens in order to clean up and lets the signal kill the
 * process only when nobody else listens; waiting for it would leave a process that never dies.
 */
function countSignalExit(): number {
  const emitters = [
    (globalThis as Record<symbol, unknown>)[Symbol.for("signal-exit emitter")],
    (process as unknown as Record<string, unknown>).__signal_exit_emitter__,
  ];
  return emitters.reduce<number>((sum, emitter) => {
    const count = (emitter as { count?: unknown } | undefined)?.count;
    return sum + (typeof count === "number" ? count : 0);
  }, 0);
}
