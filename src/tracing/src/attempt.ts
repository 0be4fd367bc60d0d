import { diag } from "@opentelemetry/api";

/** Runs one part of recording. If it fails, only that part is lost, and the application is unaffected. */
export function attempt<T>(record: () => T): T | undefined {
  try {
    return record();
  } catch (error) {
    tell("debug", () => `could not record something: ${error}`);
    return undefined;
  }
}

/** Tells `diag`. Neither an application's logger that throws nor an error without words may fail what it is told about. */
export function tell(level: "debug" | "warn", message: () => string): void {
  try {
    diag[level](`@kit/tracing: ${message()}`);
  } catch {
    // there is nowhere left to report to
  }
}
