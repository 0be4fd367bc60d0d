import { diag } from "@opentelemetry/api";
import type { Call } from "../adapter/operation.js";
import type { Recorder } from "../record/recorder.js";
import { inWords } from "../record/thrown.js";
import { isHttpResponsePromise, observeHttpResponsePromise } from "./fern.js";
import { Observation } from "./observation.js";
import { isAPIPromise, observeAPIPromise } from "./stainless.js";
import { abortSignalOf, noteSignal, requestSignalOf } from "./stream-helper.js";

/** Watches a method's result and returns what its caller gets: the very same object, except for a plain promise. */
export function observe(result: unknown, recorder: Recorder, call: Call, args: readonly unknown[]): unknown {
  try {
    const observation = new Observation(recorder, call);
    noteSignal(args, observation);
    observation.abortedBy = abortSignalOf(args);
    observation.requestSignal = requestSignalOf(args);
    if (isAPIPromise(result)) observeAPIPromise(result, observation);
    else if (isHttpResponsePromise(result)) observeHttpResponsePromise(result, observation);
    else if (result instanceof Promise) return observePromise(result, observation);
    else observation.settle(result);
  } catch (error) {
    diag.debug("a call cannot be observed", inWords(error));
    recorder.end({ outcome: "raw" });
  }
  return result;
}

/** A handler on the promise itself would mark its rejection as handled; the derived promise reports it as before. */
function observePromise(promise: Promise<unknown>, observation: Observation): Promise<unknown> {
  return promise.then(
    (value) => {
      observation.settle(value);
      return value;
    },
    (error: unknown) => {
      observation.fail(error);
      throw error;
    },
  );
}
