import { context } from "@opentelemetry/api";
import { suppressTracing } from "@opentelemetry/core";
import type { DropReason } from "./drop-report.js";
import type { Outcome, Transport, Verdict } from "./outcome.js";
import { delayAfter, type RetryPolicy, sleep } from "./retry.js";
import { startTimer } from "./timer.js";
import type { BatchLimits, Entry } from "./waiting-room.js";

export type Hold = Extract<Verdict, { kind: "hold" }>;

/** What the courier reports to the queue, once for every entry of a batch. */
export interface Receipts<Item> {
  delivered(entries: readonly Entry<Item>[]): void;
  dropped(entries: readonly Entry<Item>[], reason: DropReason, error: Error): void;
  /** Not sent or not accepted for now: goes back to the front of the queue. */
  kept(entries: readonly Entry<Item>[]): void;
  hold(hold: Hold): void;
}

export interface CourierOptions<Item> {
  readonly transport: Transport<Item>;
  readonly retry: RetryPolicy;
  /** Lowered for good when the server states smaller limits. */
  readonly limits: BatchLimits;
  readonly batchDeadlineMs: number;
  readonly receipts: Receipts<Item>;
  /** The hold in force, whichever lane caused it. */
  readonly holding: () => Hold | undefined;
  readonly random: () => number;
  /** Aborts the requests. */
  readonly stop: AbortSignal;
  /** Ends only the waits between attempts. */
  readonly hurry: AbortSignal;
  /** Batches that wait for their next attempt, and pieces that wait for their turn. */
  readonly resting: Set<readonly Entry<Item>[]>;
}

/** How often a batch of which nothing could be delivered is put back before its items are blamed and dropped. */
const MAX_ROUNDS = 3;

const EXPIRED: Verdict = { kind: "refused", error: new Error("not delivered within its time") };

function earliestExpiry(batch: readonly Entry<unknown>[]): number {
  return batch.reduce(
    (least, { expiresAt }) => Math.min(least, expiresAt ?? least),
    Number.POSITIVE_INFINITY,
  );
}

/** Delivers one batch or gives it up: attempts and waits, halves and pieces. It knows neither the queue nor its timer. */
export class Courier<Item> {
  readonly #options: CourierOptions<Item>;
  /** A hold met by one piece of the batch applies to the pieces after it too, or they would overtake it. */
  #held: Hold | undefined;

  constructor(options: CourierOptions<Item>) {
    this.#options = options;
  }

  async deliver(batch: readonly Entry<Item>[]): Promise<void> {
    const { receipts, limits, retry } = this.#options;
    const { verdict, attempts } = await this.#send(batch, retry.attempts);
    switch (verdict.kind) {
      case "delivered":
        return receipts.delivered(batch);
      case "refused":
        return receipts.dropped(batch, "refused", verdict.error);
      case "hold":
        return this.#hold(batch, verdict);
      case "poisoned":
        return this.#isolate(batch, verdict.error, attempts > 1);
      case "oversize":
        if (verdict.maxItems) limits.maxItems = Math.max(1, Math.min(limits.maxItems, verdict.maxItems));
        if (verdict.maxBytes) limits.maxBytes = Math.min(limits.maxBytes, verdict.maxBytes);
        return this.#split(batch, verdict);
    }
  }

  /** One batch, sent until there is a verdict. */
  async #send(batch: readonly Entry<Item>[], attempts: number) {
    const { retry, batchDeadlineMs, stop, hurry, random, resting } = this.#options;
    const expiry = earliestExpiry(batch);
    const deadline = Math.min(performance.now() + batchDeadlineMs, expiry);
    const items = batch.map((entry) => entry.item);
    for (let attempt = 0; ; attempt++) {
      const held = this.#held ?? this.#options.holding();
      if (held) return { verdict: held, attempts: attempt };
      if (performance.now() >= expiry) return { verdict: EXPIRED, attempts: attempt };
      const outcome = await this.#attempt(items, deadline - performance.now());
      if (outcome.kind !== "retry") return { verdict: outcome, attempts: attempt + 1 };
      const wait = delayAfter(retry, attempt, outcome.afterMs, random);
      const exhausted = attempt + 1 >= attempts || performance.now() + wait >= deadline || stop.aborted;
      if (exhausted) {
        const verdict: Verdict = outcome.otherwise ?? { kind: "refused", error: outcome.error };
        return { verdict, attempts: attempt + 1 };
      }
      resting.add(batch);
      await sleep(wait, hurry);
      resting.delete(batch);
    }
  }

  /** Requests of the transport are never traced, and its failures never escape as exceptions. */
  async #attempt(items: readonly Item[], remainingMs: number): Promise<Outcome> {
    const { transport, stop } = this.#options;
    // Not AbortSignal.any(): on Node 20 every call leaves a reference on the long-lived signal.
    const controller = new AbortController();
    const abort = () => controller.abort(stop.reason);
    if (stop.aborted) abort();
    stop.addEventListener("abort", abort, { once: true });
    const expire = () => controller.abort(new Error("the time for this batch is over"));
    const timer = Number.isFinite(remainingMs) ? startTimer(expire, Math.max(0, remainingMs)) : undefined;
    timer?.unref();
    try {
      const quiet = suppressTracing(context.active());
      return await context.with(quiet, () => transport.send(items, controller.signal));
    } catch (error) {
      return { kind: "refused", error: error instanceof Error ? error : new Error(String(error)) };
    } finally {
      clearTimeout(timer);
      stop.removeEventListener("abort", abort);
    }
  }

  #hold(batch: readonly Entry<Item>[], hold: Hold): void {
    const { receipts } = this.#options;
    if (!this.#held) receipts.hold(hold);
    this.#held = hold;
    if (hold.batch === "keep") receipts.kept(batch);
    else receipts.dropped(batch, "held", hold.error);
  }

  async #split(
    batch: readonly Entry<Item>[],
    verdict: Extract<Verdict, { kind: "oversize" }>,
  ): Promise<void> {
    if (batch.length === 1) return this.#options.receipts.dropped(batch, "oversize", verdict.error);
    const half = Math.ceil(batch.length / 2);
    const piece = Math.max(1, Math.min(half, verdict.maxItems ?? half));
    const pieces: Entry<Item>[][] = [];
    for (let start = 0; start < batch.length; start += piece) pieces.push(batch.slice(start, start + piece));
    await this.#eachInTurn(pieces, (entries) => this.deliver(entries));
  }

  /** While one piece is being sent, the others rest. */
  async #eachInTurn(
    pieces: readonly (readonly Entry<Item>[])[],
    send: (piece: readonly Entry<Item>[]) => Promise<void>,
  ): Promise<void> {
    const { resting } = this.#options;
    for (const piece of pieces) resting.add(piece);
    for (const piece of pieces) {
      resting.delete(piece);
      await send(piece);
    }
  }

  /**
   * Finds the items that spoil a batch. If the verdict came only after several attempts, the server itself may be broken;
   * then, if not one item gets through, all are kept for a later round.
   */
  async #isolate(batch: readonly Entry<Item>[], error: Error, doubtful: boolean): Promise<void> {
    const { receipts, retry } = this.#options;
    const culprits: Entry<Item>[] = [];
    const good = await this.#bisect(batch, doubtful ? 1 : retry.attempts, culprits);
    const fresh = batch.every((entry) => entry.rounds < MAX_ROUNDS - 1);
    if (doubtful && !good && culprits.length > 1 && culprits.length === batch.length && fresh) {
      for (const entry of culprits) entry.rounds++;
      return this.#hold(culprits, {
        kind: "hold",
        error,
        forMs: retry.maxDelayMs,
        batch: "keep",
        queue: "keep",
      });
    }
    if (culprits.length > 0) receipts.dropped(culprits, "poisoned", error);
  }

  /** Sends the two halves of a batch that is known to be bad; returns whether anything was delivered. */
  async #bisect(batch: readonly Entry<Item>[], attempts: number, culprits: Entry<Item>[]): Promise<boolean> {
    if (batch.length === 1) {
      culprits.push(...batch);
      return false;
    }
    const middle = Math.ceil(batch.length / 2);
    let good = false;
    await this.#eachInTurn([batch.slice(0, middle), batch.slice(middle)], async (half) => {
      const { verdict } = await this.#send(half, attempts);
      if (verdict.kind === "poisoned") good = (await this.#bisect(half, attempts, culprits)) || good;
      else good = (await this.#settle(half, verdict)) || good;
    });
    return good;
  }

  async #settle(half: readonly Entry<Item>[], verdict: Exclude<Verdict, { kind: "poisoned" }>) {
    const { receipts } = this.#options;
    if (verdict.kind === "delivered") receipts.delivered(half);
    else if (verdict.kind === "hold") this.#hold(half, verdict);
    else if (verdict.kind === "oversize") await this.#split(half, verdict);
    else receipts.dropped(half, "refused", verdict.error);
    return verdict.kind === "delivered" || verdict.kind === "oversize";
  }
}
