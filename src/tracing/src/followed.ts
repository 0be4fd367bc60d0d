import type { Context } from "@opentelemetry/api";

/** A scope as seen by what follows the application's work to its end. */
export interface Followed {
  /** In which the work runs. */
  readonly context: Context;
  /** Told what the work came to, and whether that is its end. */
  completed(value: unknown, toEnd: boolean): void;
  /** Told with what the work failed, and whether that is its end. */
  failed(error: unknown, toEnd: boolean): void;
  /** Told that an iteration did not run to its end. */
  leave(how: "cancelled" | "abandoned"): void;
  /** Ends the scope when `object`, on which its end depends, is collected before it came. */
  endWhenCollected(object: object): void;
}
