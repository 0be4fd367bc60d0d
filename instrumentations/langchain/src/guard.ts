import { diag } from "@opentelemetry/api";

/** What cannot be recorded costs that alone, and never the application's call. */
export function guard<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    diag.debug("a run cannot be recorded", String(error));
    return undefined;
  }
}
