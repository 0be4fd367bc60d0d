import type { Recorder } from "./recorder.js";

/** What can be abandoned: it holds the promise's and the stream's watchers and is collected with them. */
export interface Abandonable {
  readonly recorder: Recorder;
  /** Whether the registry knows it; set here, so that the many it does not know need not be taken out. */
  watched: boolean;
  /** Called when the event loop has turned and it is still open. */
  linger(): void;
}

/** Calls that wait at most: a loop that never lets the event loop turn must not pile them up. */
const MAX_FRESH = 64;

/**
 * Ends the records of calls that nobody waits for and of streams that nobody reads, once they are collected.
 *
 * A weak cell lives until the next full collection with all it holds, so that one for every call would cost more
 * than the span. Fresh calls wait in a list until the event loop has turned; those that are still open then are
 * watched for, and taken out again when they end.
 */
export class AbandonedCalls {
  readonly #collected = new FinalizationRegistry<Recorder>((recorder) => this.#abandon(recorder));
  /** The registry holds these too, but does not tell which. */
  readonly #watched = new Set<Recorder>();
  #fresh: Abandonable[] = [];

  /** A call began, or its stream did. */
  add(call: Abandonable): void {
    const waiting = this.#fresh.push(call);
    if (waiting === 1) setImmediate(() => this.#sort()).unref();
    else if (waiting >= MAX_FRESH) this.#sort();
  }

  /** The call ended: what the registry holds of it is free. */
  forget(call: Abandonable): void {
    if (!call.watched) return;
    this.#collected.unregister(call);
    this.#watched.delete(call.recorder);
    call.watched = false;
  }

  /** Ends all that are open, because the process does. */
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
