import { setImmediate as nextTurn } from "node:timers/promises";
import { diag } from "@opentelemetry/api";

/** Work holds the event loop up for no longer, in milliseconds; but each step is done as a whole. */
const SLICE_MS = 5;

type Steps<Result> = Iterator<unknown, Result, undefined>;

/** Does pieces of work one after the other: at once as far as there is time for it, the rest in later turns. */
export class Pace<Result> {
  readonly #nothing: Result;
  /** Resolves when all that was begun is done; absent when it is. */
  #busy: Promise<void> | undefined;

  /** @param nothing the result of work that failed */
  constructor(nothing: Result) {
    this.#nothing = nothing;
  }

  /** `done` is called once; at once, when nothing else is being done and the work is short. */
  run(steps: Steps<Result>, done: (result: Result) => void): void {
    if (this.#busy === undefined && this.#doSome(steps, done)) return;
    const busy = this.#doRest(steps, done, this.#busy).finally(() => {
      if (this.#busy === busy) this.#busy = undefined;
    });
    this.#busy = busy;
  }

  async #doRest(
    steps: Steps<Result>,
    done: (result: Result) => void,
    before: Promise<void> | undefined,
  ): Promise<void> {
    await before;
    do await nextTurn();
    while (!this.#doSome(steps, done));
  }

  /** Whether that was all. */
  #doSome(steps: Steps<Result>, done: (result: Result) => void): boolean {
    const until = performance.now() + SLICE_MS;
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
