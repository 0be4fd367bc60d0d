import { context } from "@opentelemetry/api";
import type { Run } from "./run.js";

type Step = (...args: unknown[]) => Promise<IteratorResult<unknown>>;
type Generator = Record<"next" | "return" | "throw", Step>;

const COLLECTED = new FinalizationRegistry<Run>((run) => run.end({ outcome: "abandoned" }));

/** How long a stream or tool has to tell of its end by itself when it is aborted. */
const GRACE_MS = 50;

/** Ends a run when what its method gave is over: the promise, or the generator that somebody steps through. */
export function follow(result: unknown, run: Run): unknown {
  if (result instanceof Promise) return followPromise(result, run);
  if (typeof (result as Partial<Generator> | null)?.next === "function")
    followGenerator(result as Generator, run);
  return result;
}

/** The library's methods are async functions, whose promises nobody else has. */
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

/** A generator runs in the context of whoever takes its next step, so each step is taken in the run's. */
function followGenerator(generator: Generator, run: Run): void {
  run.streams = true;
  COLLECTED.register(generator, run, run);
  run.onOver(forget(run));
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

/** In a scope of its own: the run must not hold its generator. */
function forget(run: Run): () => void {
  return () => COLLECTED.unregister(run);
}

/**
 * Ends an aborted stream or tool that the library forgets: its reader gets the error, and nobody takes the generator's
 * next step, as with models that do not listen to the signal, or graphs whose nodes stream to the caller.
 */
export function endWhenAborted(run: Run, signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  const onAbort = () => {
    // It was not abandoned, however soon it is collected now.
    COLLECTED.unregister(run);
    const error = new DOMException("This operation was aborted", "AbortError");
    setTimeout(() => run.end({ outcome: "error", error }), GRACE_MS).unref();
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  run.onOver(() => signal.removeEventListener("abort", onAbort));
}
