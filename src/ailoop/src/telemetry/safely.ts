import { diag } from "@opentelemetry/api";

/** Runs telemetry code: whatever it throws is told to `diag` and never reaches the application. */
export function safely<Result>(run: () => Result): Result | undefined {
  try {
    return run();
  } catch (error) {
    try {
      diag.error("@kit/ailoop: telemetry failed", error);
    } catch {
      // the logger itself throws: there is nowhere left to report to
    }
    return undefined;
  }
}
