import type { Seen } from "./observe.js";
import type { Report } from "./scenario.js";

/** What one child process is asked to do. */
export interface Run {
  /** A folder of `matrix/`. */
  readonly app: string;
  readonly module: "cjs" | "esm";
  /** `native`: a tracer provider is there, for an SDK that has telemetry of its own, and the kit is not. */
  readonly mode: "bare" | "native" | "instrumented";
  /** Where the result is written. */
  readonly out: string;
}

/** What it found. */
export interface RunResult {
  readonly version: string;
  readonly node: string;
  readonly reports: readonly Report[];
  /** Methods that the instrumentation replaces while enabled, and what is still not the original after `disable()`. */
  readonly members: Seen;
}
