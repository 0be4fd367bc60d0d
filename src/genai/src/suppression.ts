import { type Context, context, createContextKey } from "@opentelemetry/api";

/** The key of `suppressTracing` in `@opentelemetry/core`, made the same way, so that the core is not needed here. */
const TRACING_SUPPRESSED = createContextKey("OpenTelemetry SDK Context Key SUPPRESS_TRACING");
const INFERENCE_RECORDED = createContextKey("kit.genai.inference_recorded");

/**
 * Marks a context in which a framework already records the model call, so that the SDK below it does not
 * count the same call again. Tools and agents below stay recorded.
 */
export function markInferenceRecorded(parent: Context = context.active()): Context {
  return parent.setValue(INFERENCE_RECORDED, true);
}

/** Undoes {@link markInferenceRecorded} for what happens inside: a tool's own model calls are new calls. */
export function unmarkInferenceRecorded(parent: Context): Context {
  return parent.getValue(INFERENCE_RECORDED) === undefined ? parent : parent.deleteValue(INFERENCE_RECORDED);
}

/** Whether somebody further out already records the model call that is about to be made. */
export function isInferenceRecorded(parent: Context): boolean {
  return parent.getValue(INFERENCE_RECORDED) === true;
}

/** Whether telemetry must not be made here, as inside exporters. */
export function isTracingSuppressed(parent: Context): boolean {
  return parent.getValue(TRACING_SUPPRESSED) === true;
}
