import type { Aftermath, Switching } from "./lifecycle.js";
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
  /** Of the bare run, after its scenarios. */
  readonly switching?: Switching;
  /** Of the instrumented run, after its scenarios. */
  readonly aftermath?: Aftermath;
}
