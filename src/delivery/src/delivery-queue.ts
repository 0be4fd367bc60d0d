import { Courier, type CourierOptions, type Hold } from "./courier.js";
import { DropReport } from "./drop-report.js";
import { onExit } from "./exit.js";
import { FlushWaiters } from "./flush-waiters.js";
import { type DeliveryOptions, resolveOptions } from "./options.js";
import { DEFAULT_RETRY } from "./retry.js";
import { startTimer } from "./timer.js";
import { type Entry, WaitingRoom } from "./waiting-room.js";

/** Longest time that measuring items blocks the event loop, in milliseconds. */
const SLICE_MS = 2;

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/**
 * Accepts items without delay and delivers them in the background: bounded, in order per lane, in batches, with retries.
 * Every item is either delivered, or dropped and counted; `done` reports which, once.
 */
export class DeliveryQueue<Item> {
  readonly #room: WaitingRoom<Item>;
  readonly #courierOptions: CourierOptions<Item>;
  readonly #report: DropReport;
  readonly #flushes = new FlushWaiters();
  readonly #busy = new Set<string>();
  readonly #limits: { maxItems: number; maxBytes: number };
  readonly #settings: ReturnType<typeof resolveOptions>;
  readonly #lane: (item: Item) => string;
  readonly #stop = new AbortController();
  readonly #hurry = new AbortController();
  readonly #resting = new Set<readonly Entry<Item>[]>();
  readonly #forgetExit: () => void;
  #nextId = 0;
  #timer: NodeJS.Timeout | undefined;
  #hold: { readonly verdict: Hold; readonly until: number } | undefined;
  /** Set from the moment a send is due until nothing is waiting. */
  #draining = false;
  #closed: Promise<boolean> | undefined;

  /** @throws RangeError for a limit or time out of range. */
  constructor(options: DeliveryOptions<Item>) {
    const settings = resolveOptions(options);
    this.#settings = settings;
    this.#lane = options.lane ?? (() => "");
    this.#limits = { maxItems: settings.maxBatchItems, maxBytes: settings.maxBatchBytes };
    this.#report = new DropReport(options.name, options.meterProvider);
    const grouping = { sizeOf: options.sizeOf, together: options.together };
    this.#room = new WaitingRoom(settings.maxQueueSize, grouping);
    this.#courierOptions = {
      transport: options.transport,
      retry: { ...DEFAULT_RETRY, ...options.retry },
      limits: this.#limits,
      batchDeadlineMs: settings.batchDeadlineMs,
      random: options.random ?? Math.random,
      stop: this.#stop.signal,
      hurry: this.#hurry.signal,
      resting: this.#resting,
      holding: () => this.#holding(),
      receipts: {
        delivered: (entries) => this.#delivered(entries),
        dropped: (entries, reason, error) => this.#dropped(entries, reason, error),
        kept: (entries) => this.#keep(entries),
        hold: (hold) => this.#beginHold(hold),
      },
    };
    this.#forgetExit = onExit(settings.exitTimeoutMs, (timeoutMs) =>
      this.pending > 0 ? this.#flushAtExit(timeoutMs) : undefined,
    );
  }

  /** Items that are waiting or being sent. */
  get pending(): number {
    return this.#flushes.unsettled;
  }

  /** Items dropped so far, for any reason. */
  get droppedCount(): number {
    return this.#report.total;
  }

  /** Costs one push. `done` is called exactly once, when the item has been delivered or dropped. */
  add(item: Item, done?: (delivered: boolean) => void): void {
    const { itemDeadlineMs } = this.#settings;
    const entry: Entry<Item> = {
      id: ++this.#nextId,
      item,
      lane: this.#lane(item),
      done,
      rounds: 0,
      waiting: false,
      bytes: undefined,
      expiresAt: itemDeadlineMs === Number.POSITIVE_INFINITY ? undefined : performance.now() + itemDeadlineMs,
    };
    this.#flushes.added();
    const hold = this.#holding();
    if (this.#closed) this.#dropped([entry], "shutdown");
    else if (hold?.queue === "drop") this.#dropped([entry], "held", hold.error);
    else this.#accept(entry);
  }

  /** Counts items that were lost before they could be added, so that one count covers every loss. */
  countLost(count: number, reason: "overflow" | "invalid" = "overflow", error?: Error): void {
    this.#report.dropped(count, reason, error);
  }

  /**
   * Resolves to `true` when everything added before the call is settled, including batches in flight; to `false` if the
   * time ran out or the destination is on hold, in which case nothing is lost.
   * @param holdsProcess whether an otherwise idle process waits for it too; `false` where others decide that, or the end
   * of the process, which makes it give up after `exitTimeoutMs`
   */
  flush(timeoutMs = 30_000, holdsProcess = true): Promise<boolean> {
    if (this.#hold?.verdict.batch === "keep") this.#hold = undefined;
    if (this.pending === 0) return Promise.resolve(true);
    if (this.#holding()) return Promise.resolve(false);
    const flushed = this.#flushes.wait(this.#nextId, timeoutMs, holdsProcess);
    this.#drain();
    return flushed;
  }

  /** Flushes without waits between attempts, then drops whatever is left. Items added later are dropped. Idempotent. */
  shutdown(timeoutMs = 5_000): Promise<boolean> {
    this.#closed ??= this.#close(timeoutMs);
    return this.#closed;
  }

  /**
   * Returns everything that is not being sent right now, for one last synchronous attempt while the process exits. The
   * queue counts it as neither delivered nor dropped, and is unusable afterwards.
   */
  takeForExit(): Item[] {
    this.#closed ??= Promise.resolve(false);
    this.#forgetExit();
    clearTimeout(this.#timer);
    const entries = [...[...this.#resting].flat(), ...this.#room.clear()];
    return entries.map(({ item }) => item);
  }

  /** Nothing else was under way, so whoever else waits for a flush now keeps the process for nothing when this gives up. */
  async #flushAtExit(timeoutMs: number): Promise<boolean> {
    const flushed = await this.flush(timeoutMs);
    if (!flushed) this.#flushes.giveUp();
    return flushed;
  }

  async #close(timeoutMs: number): Promise<boolean> {
    this.#forgetExit();
    this.#hurry.abort();
    // Yields once: `#closed` has to be set before anything below settles an item.
    await Promise.resolve();
    const flushed = await this.flush(timeoutMs);
    this.#stop.abort(new Error("the delivery queue was shut down"));
    clearTimeout(this.#timer);
    // What is aborted comes to its end first, so that it is counted.
    await nextTurn();
    this.#dropped(this.#room.clear(), "shutdown");
    this.#report.summarise();
    return flushed;
  }

  #accept(entry: Entry<Item>): void {
    const victim = this.#room.add(entry);
    if (victim) this.#dropped([victim], "overflow");
    // During a hold only the hold's own timer may start a send.
    if (this.#holding()) return;
    if (this.#room.size >= this.#settings.flushAtItems) this.#drain();
    else this.#arm(this.#settings.flushIntervalMs);
  }

  #drain(): void {
    this.#draining = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pump();
  }

  #pump(): void {
    while (this.#draining && this.#busy.size < this.#settings.maxConcurrent && !this.#holding()) {
      const lane = this.#room.nextLane(this.#busy);
      if (lane === undefined) {
        if (this.#busy.size === 0) this.#draining = false;
        return;
      }
      void this.#run(lane);
    }
  }

  async #run(lane: string): Promise<void> {
    this.#busy.add(lane);
    // In separate turns, so that `add` stays cheap and neither a long queue nor a large batch blocks the event loop.
    do await nextTurn();
    while (!this.#room.measure(lane, this.#limits, SLICE_MS));
    await nextTurn();
    const batch = this.#room.take(lane, this.#limits);
    if (batch.length > 0) await new Courier(this.#courierOptions).deliver(batch);
    this.#busy.delete(lane);
    this.#pump();
  }

  #arm(delayMs: number, then = () => this.#drain()): void {
    if (this.#timer || this.#draining) return;
    this.#timer = startTimer(then, delayMs);
    this.#timer.unref();
  }

  #holding(): Hold | undefined {
    if (this.#hold && performance.now() >= this.#hold.until) this.#hold = undefined;
    return this.#hold?.verdict;
  }

  #beginHold(hold: Hold): void {
    if (this.#hold?.verdict === hold || this.#stop.signal.aborted) return;
    this.#hold = { verdict: hold, until: performance.now() + hold.forMs };
    this.#draining = false;
    if (hold.queue === "drop") this.#dropped(this.#room.clear(), "held", hold.error);
    this.#flushes.giveUp();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // A hold without end needs no timer.
    if (hold.forMs !== Number.POSITIVE_INFINITY) this.#arm(hold.forMs, () => this.#endHold());
  }

  /** Timers and the wall clock do not go together to the millisecond: the timer decides. */
  #endHold(): void {
    this.#hold = undefined;
    this.#drain();
  }

  #delivered(entries: readonly Entry<Item>[]): void {
    this.#report.delivered(entries.length);
    this.#settle(entries, true);
  }

  #keep(entries: readonly Entry<Item>[]): void {
    if (this.#stop.signal.aborted) this.#dropped(entries, "shutdown");
    else this.#dropped(this.#room.putBack(entries), "overflow");
  }

  #dropped(entries: readonly Entry<Item>[], reason: Parameters<DropReport["dropped"]>[1], error?: Error) {
    if (entries.length === 0) return;
    this.#report.dropped(entries.length, reason, error);
    this.#settle(entries, false);
  }

  #settle(entries: readonly Entry<Item>[], delivered: boolean): void {
    for (const entry of entries) {
      this.#flushes.settled(entry.id);
      try {
        entry.done?.(delivered);
      } catch {
        // The callback's own problem: the other entries still have to be settled.
      }
    }
  }
}
