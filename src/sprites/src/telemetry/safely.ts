import { diag } from "@opentelemetry/api";

/** Runs telemetry: what it throws is told to `diag`, and the application's call goes on. */
export function safely<T>(telemetry: () => T): T | undefined {
  try {
    return telemetry();
  } catch (error) {
    diag.error("sprites: telemetry failed", error);
    return undefined;
  }
}
