import { diag } from "@opentelemetry/api";

/** Runs telemetry: what it throws is told to `diag`, and the application's call goes on. */
export function safely<T>(telemetry: () => T): T | undefined {
  try {
    return telemetry();
  } catch (error) {
    tell("error", "telemetry failed", error);
    return undefined;
  }
}

/** Tells `diag` what nobody else hears of. */
export function tell(level: "error" | "debug", message: string, error?: unknown): void {
  try {
    diag[level](`sprites: ${message}`, ...(error === undefined ? [] : [error]));
  } catch {
    // the application's logger throws: there is nowhere left to report to
  }
}
