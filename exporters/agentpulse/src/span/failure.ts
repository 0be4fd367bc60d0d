import { ATTR } from "@kit/genai/core";
import { SpanStatusCode } from "@opentelemetry/api";
import { toErrorText } from "../text/scrub.js";
import { type ReadableSpan, readText } from "./readable-span.js";

/** How a span failed. Texts are free of credentials and short. */
export interface Failure {
  readonly error?: string;
  readonly error_type?: string;
}

/** `undefined` when it did not fail. */
export function readFailure(span: ReadableSpan): Failure | undefined {
  const { status, attributes } = span;
  const type = attributes[ATTR.errorType];
  const failed =
    status.code === SpanStatusCode.ERROR || (type !== undefined && status.code !== SpanStatusCode.OK);
  if (!failed) return undefined;
  const exception = span.events?.findLast(({ name }) => name === "exception")?.attributes ?? {};
  const message = typeof status.message === "string" ? status.message : undefined;
  const error = message || readText(exception, ATTR.exceptionMessage) || readText(attributes, ATTR.errorType);
  const errorType = readText(attributes, ATTR.errorType) ?? readText(exception, ATTR.exceptionType);
  return {
    ...(error && { error: toErrorText(error) }),
    ...(errorType && { error_type: toErrorText(errorType) }),
  };
}
