import { diag } from "@opentelemetry/api";

/** Runs one part of recording. If it fails, only that part is lost, and the application's call is unaffected. */
export function guard<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    diag.debug("a run cannot be recorded", String(error));
    return undefined;
  }
}
