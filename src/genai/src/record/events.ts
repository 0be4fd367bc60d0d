import type { Context } from "@opentelemetry/api";
import { type AnyValueMap, type Logger, SeverityNumber } from "@opentelemetry/api-logs";
import { ATTR } from "../attributes.js";
import type { ErrorText } from "./errors.js";

const DETAILS = "gen_ai.client.inference.operation.details";
const EXCEPTION = "gen_ai.client.operation.exception";

/** A logger of the application, which may be from before loggers had `enabled`. */
type AnyLogger = Omit<Logger, "enabled"> & Partial<Pick<Logger, "enabled">>;

/** Whether anybody listens for the details event; checked before its attributes are assembled. */
export function wantsDetails(logger: AnyLogger | undefined, context: Context): boolean {
  return isEnabled(logger, { eventName: DETAILS, severityNumber: SeverityNumber.DEBUG, context });
}

/** A logger without `enabled` gets everything; one that throws gets nothing, and must not cost the span. */
function isEnabled(logger: AnyLogger | undefined, query: Parameters<Logger["enabled"]>[0]): boolean {
  if (logger === undefined) return false;
  try {
    return logger.enabled?.(query) ?? true;
  } catch {
    return false;
  }
}

/** Emits everything about one inference as a log event, for those who keep content out of spans. */
export function emitDetails(logger: Logger, attributes: AnyValueMap, context: Context): void {
  logger.emit({
    eventName: DETAILS,
    severityNumber: SeverityNumber.DEBUG,
    severityText: "DEBUG",
    attributes,
    context,
  });
}

/** Emits the exception that left the library as a log event; the conventions no longer record it on the span. */
export function emitException(logger: Logger | undefined, error: ErrorText, context: Context): void {
  if (logger === undefined) return;
  const query = { eventName: EXCEPTION, severityNumber: SeverityNumber.WARN, context };
  if (!isEnabled(logger, query)) return;
  const attributes: AnyValueMap = { [ATTR.exceptionType]: error.type };
  if (error.message !== undefined) attributes[ATTR.exceptionMessage] = error.message;
  if (error.stack !== undefined) attributes[ATTR.exceptionStacktrace] = error.stack;
  logger.emit({ ...query, severityText: "WARN", attributes });
}
