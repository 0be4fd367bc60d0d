import { diag } from "@opentelemetry/api";

/** Work holds the event loop up for no longer, in milliseconds; but each step is done as a whole. */
const SLICE_MS = 2;
/** Work that was done is let go of in portions. */
const PORTION = 1_000;

interface Work<Result> {
  readonly steps: Iterator<unknown, Result, undefined>;
  readonly done: (result: Result) => void;
}

/** Does pieces of work one after the other: at once as far as there is time for it, the rest in later turns. */
export class Pace<Result> {
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

  /** Does in this turn what waits, as far as it can be done in this time. */
  hurry(ms: number): void {
    const until = performance.now() + ms;
    for (; this.#next < this.#waiting.length; this.#next++)
      if (!this.#doSome(this.#waiting[this.#next] as Work<Result>, until)) return;
  }

  /** As much as there is time for, however small the pieces are. */
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

  /** Whether that was all. */
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
      diag.error("CatSyphon exporter: spans could not be told", error);
    }
    try {
      done(result);
    } catch (error) {
      diag.error("CatSyphon exporter: its caller failed", error);
    }
    return true;
  }
}
