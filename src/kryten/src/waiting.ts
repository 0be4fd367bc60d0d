import { KrytenTimeoutError } from "./errors.js";

/** Node's timers fire at once for longer delays, so a longer limit counts as none. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Rejects with the reason of the first signal that aborts. */
export function sleep(ms: number, ...signals: (AbortSignal | undefined)[]): Promise<void> {
  return sleepUntilWoken(ms, () => {}, ...signals);
}

/** As `sleep`, but ends early when the function passed to `onAsleep` is called. */
export function sleepUntilWoken(
  ms: number,
  onAsleep: (wake: () => void) => void,
  ...given: (AbortSignal | undefined)[]
): Promise<void> {
  const signals = given.filter((signal) => signal !== undefined);
  return new Promise((resolve, reject) => {
    const settle = () => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener("abort", abort);
      const aborted = signals.find((signal) => signal.aborted);
      if (aborted) reject(aborted.reason);
      else resolve();
    };
    const abort = settle;
    const timer = setTimeout(settle, Math.min(ms, LONGEST_TIMER_MS));
    for (const signal of signals) signal.addEventListener("abort", abort, { once: true });
    if (signals.some((signal) => signal.aborted)) settle();
    onAsleep(settle);
  });
}

/** What may end a wait early. */
export interface Bounds {
  /** @default no limit */
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
  /** The timer does not keep the process alive. @default false */
  unref?: boolean;
  /** Makes the error when the time is up. */
  onTimeout?: () => Error;
}

/** Settles with the work, the time-out or the abort, whichever is first; the work itself goes on. */
export function bounded<T>(work: Promise<T>, bounds: Bounds): Promise<T> {
  const { signal } = bounds;
  return new Promise<T>((resolve, reject) => {
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    };
    const abort = () => {
      settle();
      reject(signal?.reason);
    };
    const expire = () => {
      settle();
      reject(bounds.onTimeout?.());
    };
    const { timeoutMs = Number.POSITIVE_INFINITY } = bounds;
    const timer = timeoutMs > LONGEST_TIMER_MS ? undefined : setTimeout(expire, timeoutMs);
    if (bounds.unref) timer?.unref();
    work.then(
      (value) => {
        settle();
        resolve(value);
      },
      (error) => {
        settle();
        reject(error);
      },
    );
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort, { once: true });
  });
}

/** Time limit of a request, the wait for a connection included. */
export interface TimeLimit {
  /** By `performance.now()`. */
  readonly deadline: number;
  readonly timeoutMs: number;
}

export function limitTime(timeoutMs: number): TimeLimit {
  return { deadline: performance.now() + timeoutMs, timeoutMs };
}

export function timeLeft({ deadline }: TimeLimit): number {
  return Math.max(1, deadline - performance.now());
}

export function noReply({ timeoutMs }: TimeLimit): KrytenTimeoutError {
  return new KrytenTimeoutError(`no reply to the request within ${timeoutMs / 1000} s`, { code: "TIMEOUT" });
}
