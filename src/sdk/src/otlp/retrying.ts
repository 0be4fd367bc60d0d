import { setTimeout as sleep } from "node:timers/promises";
import type { Outcome, Transport } from "./transport.js";

export interface RetryPolicy {
  readonly attempts: number;
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** Each wait is this many times the one before. */
  readonly growth: number;
}

export const RETRY: RetryPolicy = { attempts: 6, firstWaitMs: 1000, longestWaitMs: 5000, growth: 1.5 };

/** Resolves after `ms`, or as soon as `signal` aborts. */
type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

/**
 * Retries what may succeed later, until `signal` aborts. Once `hurry` aborts there are no more waits: an ending process
 * tries whatever is left once. It is asked for with each body, because a process can survive what looked like its end.
 * Waits count against the caller's deadline.
 */
export function retrying(
  transport: Transport,
  hurry: () => AbortSignal,
  policy = RETRY,
  wait: Wait = unlessAborted,
): Transport {
  return {
    async send(body, signal) {
      const either = AbortSignal.any([signal, hurry()]);
      let waitMs = policy.firstWaitMs;
      let outcome: Outcome = await transport.send(body, signal);
      for (let attempt = 1; attempt < policy.attempts && outcome.kind === "retry"; attempt++) {
        if (either.aborted) break;
        // Jitter keeps many processes from returning to a restarted collector in step.
        await wait(outcome.afterMs ?? waitMs * (0.8 + Math.random() * 0.4), either);
        if (signal.aborted) break;
        waitMs = Math.min(waitMs * policy.growth, policy.longestWaitMs);
        outcome = await transport.send(body, signal);
      }
      return outcome;
    },
    close: () => transport.close(),
  };
}

/** Unref'd: a pending retry must not keep a finished application alive. */
async function unlessAborted(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal, ref: false });
  } catch {
    // Aborted: the caller decides what follows.
  }
}
