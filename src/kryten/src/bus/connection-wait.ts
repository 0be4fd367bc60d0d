import { PublishError } from "../errors.js";
import { noReply, sleepUntilWoken, type TimeLimit } from "../waiting.js";
import type { Bus } from "./bus.js";

export interface RetryPolicy {
  /** Waits for a connection before giving up. */
  attempts: number;
  /** First wait; each further one is twice as long, up to 30 s. */
  delayMs: number;
  /** Aborts every wait when the client closes. */
  closing: () => AbortSignal | undefined;
}

/** A wait for a connection. */
export interface Connecting {
  /** Rejects when there is none in time. */
  readonly done: Promise<void>;
  /** How many times it has waited so far. */
  readonly retries: number;
}

const MAX_DELAY_MS = 30_000;
const JITTER = 0.1;

/** Waits for a connection that was lost. What is published while `nats` reconnects would be lost as well. */
export class ConnectionWait {
  readonly #bus: () => Bus;
  readonly #policy: RetryPolicy;

  /** `bus` throws when the connection is lost for good. */
  constructor(bus: () => Bus, policy: RetryPolicy) {
    this.#bus = bus;
    this.#policy = policy;
  }

  /** Is over at once when there is a connection. */
  start(signal: AbortSignal | undefined, limit: TimeLimit | undefined): Connecting {
    const connecting = { done: Promise.resolve(), retries: 0 };
    connecting.done = this.#wait(connecting, signal, limit);
    // Nobody may be waiting for it any more when it rejects.
    connecting.done.catch(() => {});
    return connecting;
  }

  /** Retries by the policy, and at once when the connection is back: those that wait go on in the order they came. */
  async #wait(
    tally: { retries: number },
    signal: AbortSignal | undefined,
    limit: TimeLimit | undefined,
  ): Promise<void> {
    let wake = (): void => {};
    const onAsleep = (woken: () => void) => {
      wake = woken;
    };
    const leave = this.#bus().onChange(() => wake());
    try {
      while (this.#bus().state !== "connected") {
        if (tally.retries === this.#policy.attempts) {
          throw new PublishError(`no connection after ${tally.retries} retries`);
        }
        const delay = this.#delayMs(tally.retries);
        const left = limit ? limit.deadline - performance.now() : Number.POSITIVE_INFINITY;
        await sleepUntilWoken(Math.min(delay, Math.max(0, left)), onAsleep, signal, this.#policy.closing());
        tally.retries++;
        if (limit && left <= delay && this.#bus().state !== "connected") {
          throw noReply(limit);
        }
      }
    } finally {
      leave();
    }
  }

  #delayMs(retries: number): number {
    return Math.min(this.#policy.delayMs * 2 ** retries, MAX_DELAY_MS) * (1 + JITTER * Math.random());
  }
}
