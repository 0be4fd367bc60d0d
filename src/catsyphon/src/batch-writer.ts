import { checkFunction, readOptions, requireNumber, requireObject } from "./arguments.js";
import { CatSyphonError } from "./errors.js";
import type { Event, EventData, EventType } from "./event.js";
import { EventLog, type SendWireEvents } from "./event-log.js";
import { LONGEST_TIMER_MS } from "./http.js";
import { seconds } from "./retry.js";
import type { CallOptions } from "./session.js";
import type { WireEvent } from "./wire-event.js";

/** What a writer needs of the client. */
export interface BatchWriterBackend {
  readonly sendWireEvents: SendWireEvents;
}

/** When a writer sends by itself, and how much it keeps meanwhile. */
export interface BatchWriterOptions {
  /** Events that start a flush. @default 20 */
  readonly batchSize?: number;
  /** Time from one flush to the next of events that wait, in seconds. @default 5 */
  readonly flushInterval?: number;
  /** The same in milliseconds; wins. */
  readonly flushIntervalMs?: number;
  /** Whether the timer runs. @default true */
  readonly autoStart?: boolean;
  /** Events that may wait; beyond it the oldest is dropped and counted. @default 10000 */
  readonly maxPending?: number;
  /** Told about failures of flushes nobody waits for, and about each event that the server refused. */
  readonly onError?: (error: unknown) => void;
}

/** How early a tick may seem to be. */
const EARLY_MS = 20;

/**
 * Sends events of one session in batches: when enough wait, when they have waited long enough, and on `flush`.
 * A failed batch stays in front; an event the server refuses is found, dropped and reported.
 */
export class BatchWriter {
  readonly #log: EventLog;
  readonly #options: BatchWriterOptions;
  readonly #batchSize: number;
  readonly #intervalMs: number;
  readonly #timer: NodeJS.Timeout | undefined;
  #lastFlush = Date.now();
  #dropped = 0;
  #closed = false;

  constructor(backend: BatchWriterBackend, sessionId: string, given: BatchWriterOptions = {}) {
    const options = readOptions(given);
    checkFunction("onError", options.onError);
    requireNumber("maxPending", options.maxPending ?? 10_000, 1);
    requireSendable(backend);
    this.#log = new EventLog(sessionId, backend.sendWireEvents);
    this.#options = options;
    this.#batchSize = requireNumber("batchSize", options.batchSize ?? 20, 1);
    this.#intervalMs = seconds(options.flushIntervalMs, options.flushInterval, 5) * 1000;
    if (!(this.#intervalMs > 0)) throw new RangeError("flushInterval must be a number above zero");
    // Node's timers fire all the time for longer intervals: such an interval is none.
    if (options.autoStart !== false && this.#intervalMs <= LONGEST_TIMER_MS) {
      this.#timer = setInterval(() => this.#onTimer(), this.#intervalMs);
      this.#timer.unref();
    }
  }

  get pendingCount(): number {
    return this.#log.length;
  }

  /** Events given up: dropped for want of room, or refused by the server. */
  get droppedCount(): number {
    return this.#dropped;
  }

  /**
   * Adds an event as it is. Resolves when the flush it caused, if any, is over; never rejects for that.
   * @throws TypeError for an event the server could not take.
   */
  add(event: Event): Promise<void> {
    if (this.#closed) throw new CatSyphonError("the batch writer is closed");
    this.#log.add(event);
    this.#dropped += this.#log.trim(this.#options.maxPending ?? 10_000);
    if (this.#log.length < this.#batchSize) return Promise.resolve();
    return this.flush().catch((error: unknown) => this.#report(error));
  }

  /** Adds an event of this type and data, with the next number. */
  addRaw(event: {
    eventType: EventType | (string & {});
    data: EventData;
    emittedAt?: Date | string;
  }): Promise<void> {
    const { eventType: type, data, emittedAt } = requireObject("the event", event);
    return this.add({ type, data, ...(emittedAt === undefined ? {} : { emittedAt }) });
  }

  /** Sends all that waits. @throws CatSyphonError of the first failure; what may still be sent stays. */
  async flush(options: CallOptions = {}): Promise<void> {
    const { signal } = readOptions(options);
    const send = async (given?: AbortSignal): Promise<void> => {
      this.#lastFlush = Date.now();
      try {
        await this.#log.sendPending(given);
      } catch (error) {
        if (!mayBePoison(error)) throw error;
        await this.#isolate(error);
      }
    };
    return this.#log.flush(send, signal);
  }

  /** Stops the timer and flushes. Later events are refused. */
  async close(options: CallOptions = {}): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.flush(options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Sends halves of what was refused, until the culprits stand alone. */
  async #isolate(error: unknown): Promise<void> {
    const before = this.#log.length;
    const culprits = await this.#bisect([...this.#log.pending], error);
    // A server that fails for every event is broken; the events are not.
    const serverIsBroken = isServerFault(error) && this.#log.length === before;
    if (serverIsBroken) throw error;
    this.#log.drop(culprits);
    this.#dropped += culprits.length;
    if (culprits.length > 0) throw error;
  }

  async #bisect(events: readonly WireEvent[], error: unknown): Promise<WireEvent[]> {
    if (events.length <= 1) return [...events];
    const middle = Math.ceil(events.length / 2);
    const culprits: WireEvent[] = [];
    for (const half of [events.slice(0, middle), events.slice(middle)]) {
      try {
        await this.#log.sendSome(half);
      } catch (halfError) {
        if (!mayBePoison(halfError)) throw halfError;
        const waiting = new Set(this.#log.pending);
        const left = half.filter((event) => waiting.has(event));
        culprits.push(...(await this.#bisect(left, error)));
      }
    }
    return culprits;
  }

  #onTimer(): void {
    const passed = Date.now() - this.#lastFlush;
    // A clock that was set back says nothing; one tick may come a little less than an interval after another.
    const due = passed < 0 || passed >= this.#intervalMs - Math.min(EARLY_MS, this.#intervalMs / 10);
    if (this.#log.length > 0 && due) void this.flush().catch((error: unknown) => this.#report(error));
  }

  #report(error: unknown): void {
    try {
      this.#options.onError?.(error);
    } catch {
      // The listener's own affair.
    }
  }
}

function requireSendable(backend: BatchWriterBackend): void {
  if (typeof backend?.sendWireEvents !== "function") {
    throw new TypeError("a batch writer takes a CollectorClient as its first argument");
  }
}

/** Refused for what it holds. 500 is how the server answers values it did not foresee. */
function mayBePoison(error: unknown): boolean {
  if (!(error instanceof CatSyphonError)) return false;
  return [400, 413, 422, 500].includes(error.statusCode ?? 0) && error.name !== "AuthenticationError";
}

function isServerFault(error: unknown): boolean {
  return error instanceof CatSyphonError && error.statusCode === 500;
}
