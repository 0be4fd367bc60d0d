import { diag } from "@opentelemetry/api";
import { inWords } from "./thrown.js";

/** Runs one part of recording. If it fails, only that part is lost, and the application's call is unaffected. */
export function guard<T>(what: string, record: () => T): T | undefined {
  try {
    return record();
  } catch (error) {
    diag.debug(`${what} could not be recorded`, inWords(error));
    return undefined;
  }
}
