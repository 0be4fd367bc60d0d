import { context } from "@opentelemetry/api";
import { type Events, followEvents } from "../model/model-events.js";
import type { Run } from "../run/run.js";

type Step = (...args: unknown[]) => Promise<IteratorResult<unknown>>;
type Generator = Record<"next" | "return" | "throw", Step>;

const COLLECTED = new FinalizationRegistry<Run>((run) => run.end({ outcome: "abandoned" }));

/** How long an aborted stream or tool has to end by itself. */
const GRACE_MS = 50;

/** Ends a run with what its method returned: a promise, a generator that somebody steps, or a model's events. */
export function follow(result: unknown, run: Run): unknown {
  if (result instanceof Promise) return followPromise(result, run);
  if (typeof (result as Partial<Generator>).next === "function") followGenerator(result as Generator, run);
  else followEvents(result as Events, run);
  return result;
}

/** Returns the derived promise; the methods are async functions, so nobody else has the original. */
function followPromise(promise: Promise<unknown>, run: Run): Promise<unknown> {
  return promise.then(
    (value) => {
      run.end({ outcome: "completed" });
      return value;
    },
    (error: unknown) => {
      run.end({ outcome: "error", error });
      throw error;
    },
  );
}

/** Each step of a generator runs in the context of its caller, so it is taken in the run's. */
function followGenerator(generator: Generator, run: Run): void {
  run.streams = true;
  COLLECTED.register(generator, run, run);
  run.onEnd(forget(run));
  const failed = (error: unknown) => {
    run.end({ outcome: "error", error });
    throw error;
  };
  const arrived = (result: IteratorResult<unknown>) => {
    if (result.done === true) run.end({ outcome: "completed" });
    else run.chunk(result.value);
    return result;
  };
  const left = (result: IteratorResult<unknown>) => {
    run.end({ outcome: "cancelled" });
    return result;
  };
  const steps = { next: arrived, throw: arrived, return: left };
  for (const name of ["next", "throw", "return"] as const) {
    const step = generator[name];
    const value: Step = (...args) =>
      context.with(run, () => Reflect.apply(step, generator, args)).then(steps[name], failed);
    Object.defineProperty(generator, name, { value, writable: true, configurable: true });
  }
}

/** A function of its own, because a closure in there would make the run hold its generator. */
function forget(run: Run): () => void {
  return () => COLLECTED.unregister(run);
}

/**
 * Ends a run whose end the library never reports after an abort: it rejects the reader of a stream and never steps the
 * generator again (models that ignore the signal, graphs whose nodes stream to the caller), or leaves a tool pending.
 */
export function endWhenAborted(run: Run, signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  const onAbort = () => {
    // It counts as aborted even if it is garbage-collected before the time is up.
    COLLECTED.unregister(run);
    const error = new DOMException("This operation was aborted", "AbortError");
    setTimeout(() => run.end({ outcome: "error", error }), GRACE_MS).unref();
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  run.onEnd(() => signal.removeEventListener("abort", onAbort));
}
