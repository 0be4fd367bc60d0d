import { diag } from "@opentelemetry/api";

/** Runs one part of recording. If it fails, only that part is lost, and the application is unaffected. */
export function attempt<T>(record: () => T): T | undefined {
  try {
    return record();
  } catch (error) {
    diag.debug("@kit/tracing could not record something", String(error));
    return undefined;
  }
}
