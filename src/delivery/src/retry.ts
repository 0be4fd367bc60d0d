import { startTimer } from "./timer.js";

/** How often a batch is sent again, and after what waits. */
export interface RetryPolicy {
  /** Sends in total, including the first one. @default 4 */
  readonly attempts: number;
  /** Wait before the second send, in milliseconds. @default 500 */
  readonly initialDelayMs: number;
  /** Upper bound of every wait, including `Retry-After`, in milliseconds. @default 30000 */
  readonly maxDelayMs: number;
  /** Each wait is this many times the one before. @default 2 */
  readonly factor: number;
  /** Random share added to a wait, as `[least, most]`: `[-0.2, 0.2]` is ±20 %. @default [0, 0.25] */
  readonly jitter: readonly [least: number, most: number];
}

export const DEFAULT_RETRY: RetryPolicy = {
  attempts: 4,
  initialDelayMs: 500,
  maxDelayMs: 30_000,
  factor: 2,
  jitter: [0, 0.25],
};

/** The wait in milliseconds after failed attempt `attempt` (0 = the first). */
export function delayAfter(
  policy: RetryPolicy,
  attempt: number,
  afterMs: number | undefined,
  random: () => number,
): number {
  const base = Math.min(policy.initialDelayMs * policy.factor ** attempt, policy.maxDelayMs);
  const [least, most] = policy.jitter;
  const wait = base * (1 + least + (most - least) * random());
  return Math.max(wait, Math.min(afterMs ?? 0, policy.maxDelayMs));
}

/** Resolves after `ms`, or at once when `signal` aborts. The timer does not keep the process alive. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || ms <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const timer = startTimer(wake, ms);
    timer.unref();
    signal.addEventListener("abort", wake, { once: true });
  });
}
