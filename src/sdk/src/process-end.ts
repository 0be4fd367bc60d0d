import { isMainThread } from "node:worker_threads";

/** What happens when the process is about to end. */
export interface Ending {
  /** Nothing is under way any more: what still waits, waits for ever. Work may come up again. */
  idle(): void;
  /** The process dies, whatever is under way. Comes before `finish` or `last`. */
  leave(): void;
  /** Sends what is left. Resolves in bounded time and never rejects. */
  finish(): Promise<void>;
  /** Whether anything was recorded since `finish` last ran, so that an idle process is not kept up. */
  hasWork(): boolean;
  /** The very last moment: only what needs no waiting. */
  last(): void;
}

/** What asks a process to end: the system, the keyboard, the terminal that closes. */
const SIGNALS: readonly NodeJS.Signals[] = ["SIGTERM", "SIGINT", "SIGHUP"];

/** On listeners that only flush, the exporters' too, so that they do not take each other for the application. */
const FLUSHES = Symbol.for("@kit/flushes-on-signal");

/**
 * Runs `ending` when the event loop is empty and when a signal is about to kill the process, which then dies
 * by the same signal. An application with a handler of its own keeps control: only the sending starts early.
 * Returns a function that takes all listeners away.
 */
export function onProcessEnd(ending: Ending): () => void {
  const beforeExit = () => {
    ending.idle();
    if (ending.hasWork()) void ending.finish();
  };
  const last = () => {
    ending.leave();
    ending.last();
  };
  let dying = false;
  const dieBy = (signal: NodeJS.Signals) => {
    stop();
    try {
      process.kill(process.pid, signal);
    } catch {
      // Windows tells of consoles that close, by signals that it cannot send.
      process.kill(process.pid, "SIGKILL");
    }
  };
  const onSignal = (signal: NodeJS.Signals) => {
    const alone = others(signal) === 0;
    // A server that handles this one reads its configuration again, and goes on.
    if (signal === "SIGHUP" && !alone) return;
    // Whoever signals again does not want to wait, and would not have to without us.
    if (alone && dying) return dieBy(signal);
    dying = alone;
    if (alone) ending.leave();
    // Listening until then also holds back `signal-exit`, which kills as soon as it is the only one.
    void ending.finish().then(() => {
      if (!alone) return;
      stop();
      // An exporter of the application's own may not have flushed yet; the last one ends the process.
      if (!process.listeners(signal).some((listener) => FLUSHES in listener)) dieBy(signal);
    });
  };
  Object.defineProperty(onSignal, FLUSHES, { value: true });
  const stop = () => {
    process.removeListener("beforeExit", beforeExit);
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  };
  process.on("beforeExit", beforeExit);
  // A worker's last words would have to pass through a thread that no longer listens.
  if (isMainThread) process.on("exit", last);
  // First in line: a `once` listener of the application has not taken itself away yet when we count.
  for (const signal of SIGNALS) process.prependListener(signal, onSignal);
  return () => {
    stop();
    process.removeListener("exit", last);
  };
}

/** Listeners that decide what the signal does. */
function others(signal: NodeJS.Signals): number {
  const listeners = process.listeners(signal).filter((listener) => !(FLUSHES in listener)).length;
  return Math.max(listeners - signalExitListeners(), 0);
}

/**
 * `signal-exit`, found in most command-line tools, listens in order to clean up and lets the signal kill the
 * process only when nobody else listens; waiting for it would leave a process that never dies.
 */
function signalExitListeners(): number {
  const emitters = [
    (globalThis as Record<symbol, unknown>)[Symbol.for("signal-exit emitter")],
    (process as unknown as Record<string, unknown>).__signal_exit_emitter__,
  ];
  return emitters.reduce<number>((sum, emitter) => {
    const count = (emitter as { count?: unknown } | undefined)?.count;
    return sum + (typeof count === "number" ? count : 0);
  }, 0);
}
