import { diag } from "@opentelemetry/api";

/** Longest time of work in one turn of the event loop, in milliseconds; a step is never interrupted. */
const SLICE_MS = 2;
/** Finished work is removed from the list in portions, because moving the rest costs. */
const PORTION = 1_000;

interface Work<Result> {
  readonly steps: Iterator<unknown, Result, undefined>;
  readonly done: (result: Result) => void;
}

/** Runs pieces of work one after the other: at once as far as the slice allows, the rest in later turns. */
export class TimeSlicer<Result> {
  readonly #nothing: Result;
  #waiting: Work<Result>[] = [];
  #next = 0;

  /** @param nothing the result of work that failed */
  constructor(nothing: Result) {
    this.#nothing = nothing;
  }

  /** `done` is called once; at once, when nothing else is being done and the work is short. */
  run(steps: Work<Result>["steps"], done: Work<Result>["done"]): void {
    const work = { steps, done };
    if (this.#waiting.length === 0 && this.#doSome(work, performance.now() + SLICE_MS)) return;
    this.#waiting.push(work);
    if (this.#waiting.length === 1) setImmediate(() => this.#slice());
  }

  /** Runs what waits in this turn already, for at most this time. */
  finishWithin(ms: number): void {
    const until = performance.now() + ms;
    for (; this.#next < this.#waiting.length; this.#next++)
      if (!this.#doSome(this.#waiting[this.#next] as Work<Result>, until)) return;
  }

  /** Many small pieces share one slice. */
  #slice(): void {
    const until = performance.now() + SLICE_MS;
    do {
      if (!this.#doSome(this.#waiting[this.#next] as Work<Result>, until)) break;
      this.#next++;
      if (this.#next === PORTION) this.#waiting = this.#waiting.slice(PORTION);
      this.#next %= PORTION;
    } while (this.#next < this.#waiting.length && performance.now() < until);
    if (this.#next < this.#waiting.length) setImmediate(() => this.#slice());
    else {
      this.#waiting = [];
      this.#next = 0;
    }
  }

  /** Returns whether the work is finished. */
  #doSome({ steps, done }: Work<Result>, until: number): boolean {
    let result = this.#nothing;
    try {
      for (;;) {
        const step = steps.next();
        if (step.done) {
          result = step.value;
          break;
        }
        if (performance.now() >= until) return false;
      }
    } catch (error) {
      diag.error("CatSyphon exporter: spans could not be translated", error);
    }
    try {
      done(result);
    } catch (error) {
      diag.error("CatSyphon exporter: its caller failed", error);
    }
    return true;
  }
}
