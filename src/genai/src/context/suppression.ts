import { type Context, context, createContextKey } from "@opentelemetry/api";
import { isInference } from "../adapter/inference.js";
import type { OperationEnd } from "../adapter/outcome.js";

/** The key that `suppressTracing` of `@opentelemetry/core` uses, created the same way to avoid that dependency. */
const TRACING_SUPPRESSED = createContextKey("OpenTelemetry SDK Context Key SUPPRESS_TRACING");
const OPERATION_RECORDED = createContextKey("kit.genai.operation_recorded");
const INFERENCE_RECORDED = createContextKey("kit.genai.inference_recorded");
/**
 * Key under which a framework puts a function into the context if it wants to record the model call only when no SDK below
 * does. The function is called as soon as one starts to.
 */
export const INFERENCE_OFFERED = createContextKey("kit.genai.inference_offered");

/** Called with how a model call ended that somebody else records, because the client below knows usage and ids best. */
export type InferenceTold = (end: OperationEnd) => void;

/**
 * Marks a context in which a framework already records the model call, so that the SDK below it does not count the same
 * call again. Tools and agents below are still recorded. With `told`, the SDK reports the outcome of the call to the
 * framework instead.
 */
export function markInferenceRecorded(parent: Context = context.active(), told?: InferenceTold): Context {
  return parent.setValue(INFERENCE_RECORDED, told ?? true);
}

/**
 * Marks a context in which a library already records a call of this operation. All inferences count as the same operation;
 * any other, such as `embeddings`, only as itself.
 */
export function markRecorded(parent: Context, operation: string): Context {
  return isInference(operation)
    ? markInferenceRecorded(parent)
    : parent.setValue(OPERATION_RECORDED, operation);
}

/** Whether somebody further out already records a call of this operation, if it is not an inference. */
export function isOperationRecorded(parent: Context, operation: string): boolean {
  return parent.getValue(OPERATION_RECORDED) === operation;
}

/** Tells the framework that offered the model call, if there is one, that the call is recorded here. */
export function takeInference(parent: Context): void {
  const taken = parent.getValue(INFERENCE_OFFERED);
  if (typeof taken === "function") taken();
}

/**
 * Undoes {@link markInferenceRecorded} and {@link INFERENCE_OFFERED} for everything inside, because a tool's own model
 * calls are new calls.
 */
export function unmarkInferenceRecorded(parent: Context): Context {
  let unmarked = parent;
  for (const key of [INFERENCE_RECORDED, INFERENCE_OFFERED, OPERATION_RECORDED]) {
    if (unmarked.getValue(key) !== undefined) unmarked = unmarked.deleteValue(key);
  }
  return unmarked;
}

/** Whether somebody further out already records the model call that is about to be made. */
export function isInferenceRecorded(parent: Context): boolean {
  return parent.getValue(INFERENCE_RECORDED) !== undefined;
}

/** Whom to inform of a model call that is recorded further out; `undefined` if nobody wants to know. */
export function readInferenceTold(parent: Context): InferenceTold | undefined {
  const told = parent.getValue(INFERENCE_RECORDED);
  return typeof told === "function" ? (told as InferenceTold) : undefined;
}

/**
 * Key under which a framework puts a function into the context of what it streams: whether the reader has left, for which
 * it then aborts the calls inside.
 */
export const READER_LEFT = createContextKey("kit.genai.reader_left");

/** Whether a call in this context was aborted only because nobody reads its answer any more. */
export function hasReaderLeft(within: Context): boolean {
  const left = within.getValue(READER_LEFT);
  return typeof left === "function" && left() === true;
}

/** Whether tracing is suppressed here, as inside exporters. */
export function isTracingSuppressed(parent: Context): boolean {
  return parent.getValue(TRACING_SUPPRESSED) === true;
}
