import type { Event } from "./event.js";
import type { SendOptions } from "./event-sender.js";
import type { EventsResponse } from "./responses.js";
import { type WireEvent, WireEventFactory } from "./wire-event.js";

/** Sends wire events of a session; the client in production. */
export type SendWireEvents = (
  sessionId: string,
  events: readonly WireEvent[],
  options?: SendOptions,
) => Promise<EventsResponse>;

/** The events of one session that wait to be sent: in order, one request at a time, kept until accepted. */
export class EventLog {
  readonly #sessionId: string;
  readonly #send: SendWireEvents;
  readonly #factory: WireEventFactory;
  #pending: WireEvent[] = [];
  #sending: Promise<unknown> = Promise.resolve();
  /** A flush that has not begun. */
  #next: Promise<void> | undefined;
  conversationId: string | undefined;

  constructor(sessionId: string, send: SendWireEvents) {
    this.#sessionId = sessionId;
    this.#send = send;
    this.#factory = new WireEventFactory(sessionId);
  }

  get length(): number {
    return this.#pending.length;
  }

  /** Number of the event added last. */
  get sequence(): number {
    return this.#factory.sequence;
  }

  /** Goes on numbering after `sequence`. Only before the first event. */
  continueFrom(sequence: number): void {
    this.#factory.sequence = sequence;
  }

  add(event: Event): void {
    this.#pending.push(this.#factory.create(event));
  }

  /** Drops the oldest events beyond `most`. Returns how many. */
  trim(most: number): number {
    const excess = Math.max(0, this.#pending.length - most);
    this.#pending.splice(0, excess);
    return excess;
  }

  /**
   * Runs `flush` once whatever is being sent has come to its end, well or not, unless that takes too long. Calls
   * without a signal share the one that has not begun, which sends what they mean, too: while a server is down,
   * events would otherwise leave one flush each behind, to fail one after the other.
   */
  flush(flush: (signal?: AbortSignal) => Promise<void>, signal?: AbortSignal): Promise<void> {
    if (signal)
      return unlessAborted(
        this.#enqueue(() => flush(signal)),
        signal,
      );
    this.#next ??= this.#enqueue(() => {
      this.#next = undefined;
      return flush();
    });
    return this.#next;
  }

  #enqueue(flush: () => Promise<void>): Promise<void> {
    const run = this.#sending.then(flush, flush);
    this.#sending = run.catch(() => {});
    return run;
  }

  /** Sends what waits now. What was not accepted stays, in front. To be called within `flush`. */
  async sendPending(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#pending.length > 0) await this.sendSome([...this.#pending], signal);
  }

  /** Sends some of the pending events, in their order. */
  async sendSome(events: readonly WireEvent[], signal?: AbortSignal): Promise<void> {
    const numbered = this.#pending.at(-1);
    const before = numbered?.sequence ?? 0;
    let accepted = 0;
    try {
      const response = await this.#send(this.#sessionId, events, {
        signal,
        onAccepted: (count) => {
          accepted += count;
        },
      });
      this.conversationId = response.conversationId;
    } finally {
      const gone = new Set(events.slice(0, accepted));
      this.#pending = this.#pending.filter((event) => !gone.has(event));
      // An old server may have had the events renumbered on the way.
      const shift = (numbered?.sequence ?? 0) - before;
      if (shift !== 0) this.#shift(shift, events);
    }
  }

  drop(events: readonly WireEvent[]): void {
    const gone = new Set(events);
    this.#pending = this.#pending.filter((event) => !gone.has(event));
  }

  get pending(): readonly WireEvent[] {
    return this.#pending;
  }

  #shift(shift: number, sent: readonly WireEvent[]): void {
    const handled = new Set(sent);
    for (const event of this.#pending) if (!handled.has(event)) event.sequence += shift;
    this.#factory.sequence += shift;
  }
}

/** Settles as the work does, or rejects with the reason of the signal when that comes first. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
