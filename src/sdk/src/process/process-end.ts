import { isMainThread } from "node:worker_threads";
import { onEndingSignal } from "@kit/delivery/ending-signal";

/** What happens when the process is about to end. */
export interface Ending {
  /** Nothing is under way any more: what still waits, waits for ever. Work may come up again. */
  idle(): void;
  /** The process dies, whatever is still open. Comes before `finish` or `flushSync`. */
  abandon(): void;
  /** Sends what is left. Resolves in bounded time and never rejects. */
  finish(): Promise<void>;
  /** Whether anything was recorded since `finish` last ran, so that an idle process is not kept up. */
  hasWork(): boolean;
  /** Sends what is left where nothing can be awaited any more. */
  flushSync(): void;
}

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
  const exit = () => {
    ending.abandon();
    ending.flushSync();
  };
  process.on("beforeExit", beforeExit);
  // A worker's last words would have to pass through a thread that no longer listens.
  if (isMainThread) process.on("exit", exit);
  const forgetSignals = onEndingSignal({ flush: () => ending.finish(), leave: () => ending.abandon() });
  return () => {
    forgetSignals();
    process.removeListener("beforeExit", beforeExit);
    process.removeListener("exit", exit);
  };
}
