import type { Recorder } from "../record/recorder.js";

/** A call that can be abandoned. The watchers of its promise and stream hold it, so it is collected with them. */
export interface Abandonable {
  readonly recorder: Recorder;
  /** Whether it is in the registry. Kept here, because most calls never are and need not be unregistered. */
  watched: boolean;
  /** Called if it is still open after a turn of the event loop. */
  linger(): void;
}

/** Most calls that wait: code that never yields to the event loop must not pile them up. */
const MAX_FRESH = 64;

/**
 * Ends the records of calls that nobody awaits, and of streams that nobody reads, once they are garbage-collected.
 *
 * An entry in a FinalizationRegistry lives, with all it holds, until the next full collection, so registering every
 * call would cost more than its span. New calls therefore wait in a list for one turn of the event loop. Only those
 * still open after it are registered, and unregistered when they end.
 */
export class AbandonedCalls {
  readonly #collected = new FinalizationRegistry<Recorder>((recorder) => this.#abandon(recorder));
  /** The registered ones: the registry itself cannot be iterated. */
  readonly #watched = new Set<Recorder>();
  #fresh: Abandonable[] = [];

  /** A call began, or its stream did. */
  add(call: Abandonable): void {
    const waiting = this.#fresh.push(call);
    if (waiting === 1) setImmediate(() => this.#sort()).unref();
    else if (waiting >= MAX_FRESH) this.#sort();
  }

  /** The call has ended: the registry can let go of it. */
  forget(call: Abandonable): void {
    if (!call.watched) return;
    this.#collected.unregister(call);
    this.#watched.delete(call.recorder);
    call.watched = false;
  }

  /** Ends all open calls, because the process is about to end. */
  endAll(): void {
    this.#sort();
    for (const recorder of this.#watched) this.#abandon(recorder);
  }

  #abandon(recorder: Recorder): void {
    this.#watched.delete(recorder);
    recorder.end({ outcome: "abandoned" });
  }

  #sort(): void {
    const fresh = this.#fresh;
    this.#fresh = [];
    for (const call of fresh) {
      const { recorder } = call;
      if (recorder.ended) continue;
      call.linger();
      if (call.watched) continue;
      call.watched = true;
      this.#watched.add(recorder);
      this.#collected.register(call, recorder, call);
    }
  }
}
