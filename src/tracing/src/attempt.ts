import { diag } from "@opentelemetry/api";

/** Runs one part of recording: what goes wrong in it costs that part alone, and never the application. */
export function attempt<T>(record: () => T): T | undefined {
  try {
    return record();
  } catch (error) {
    diag.debug("@kit/tracing could not record something", String(error));
    return undefined;
  }
}
