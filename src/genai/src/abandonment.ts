import type { Recorder } from "./recorder.js";

/** Calls that wait at most: a loop that never lets the event loop turn must not pile them up. */
const MAX_FRESH = 64;

/** What can be abandoned: it holds the promise's or the stream's watchers and is collected with them. */
export interface Abandonable {
  /** Whether somebody waits for the result. */
  readonly asked: boolean;
}

/**
 * Ends the records of calls that nobody waits for and of streams that nobody reads, once they are collected.
 *
 * Registering every call would cost more than its span: weak cells are cleared by full collections alone and keep
 * what they hold until then. Nearly every call is awaited at once, so those are not registered at all: calls wait in
 * a list until the turn of the event loop is over, and only the unasked of them are watched for.
 */
export class AbandonedCalls {
  readonly #collected = new FinalizationRegistry<Recorder>((recorder) =>
    recorder.end({ outcome: "abandoned" }),
  );
  #fresh: [Abandonable, Recorder][] = [];

  /** Watches for a call that may never be asked for. */
  add(call: Abandonable, recorder: Recorder): void {
    const waiting = this.#fresh.push([call, recorder]);
    if (waiting === 1) setImmediate(() => this.#sort()).unref();
    else if (waiting >= MAX_FRESH) this.#sort();
  }

  /** Watches for a stream that may never be read to its end. */
  watch(stream: Abandonable, recorder: Recorder): void {
    this.#collected.register(stream, recorder, stream);
  }

  /** The stream ended: what the registry holds of it is free. */
  forget(stream: Abandonable): void {
    this.#collected.unregister(stream);
  }

  #sort(): void {
    const fresh = this.#fresh;
    this.#fresh = [];
    for (const [call, recorder] of fresh) if (!call.asked) this.watch(call, recorder);
  }
}
