import { diag } from "@opentelemetry/api";

/**
 * Does something whose failure must not become the caller's: telemetry, and tidying up after a connection
 * that is gone. Undefined when it failed.
 */
export function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    try {
      diag.debug(`@kit/kryten: ignored ${error instanceof Error ? error.name : typeof error}`);
    } catch {
      // the application's logger throws: there is nowhere left to report to
    }
    return undefined;
  }
}
