import type { Context } from "@opentelemetry/api";

/** A scope, as seen by the code that follows the application's work to its end. */
export interface Followed {
  /** The context in which the work runs. */
  readonly context: Context;
  /** Called with the result of the work; `toEnd` says whether the scope ends with it. */
  completed(value: unknown, toEnd: boolean): void;
  /** Called with the error of the work; `toEnd` says whether the scope ends with it. */
  failed(error: unknown, toEnd: boolean): void;
  /** Called when an iteration did not run to its end. */
  leave(how: "cancelled" | "abandoned"): void;
  /** Ends the scope if `object`, on which its end depends, is garbage-collected first. */
  endWhenCollected(object: object): void;
}
