import type { OperationEnd } from "@kit/genai/framework";
import { context } from "@opentelemetry/api";
import type { Entry } from "./entry.js";

type Step = (...args: unknown[]) => Promise<IteratorResult<unknown>>;
type Generator = Record<"next" | "return" | "throw", Step>;

const ABANDONED = new FinalizationRegistry<Entry>((entry) => entry.settle(entry.lost));

/** Settles an entry when what its method gave is over: the promise, or the generator that somebody steps through. */
export function follow(result: unknown, entry: Entry): unknown {
  if (result instanceof Promise) return followPromise(result, entry);
  if (typeof (result as Partial<Generator> | null)?.next === "function")
    followGenerator(result as Generator, entry);
  return result;
}

/** The library's methods are async functions, whose promises nobody else has. */
function followPromise(promise: Promise<unknown>, entry: Entry): Promise<unknown> {
  return promise.then(
    (value) => {
      entry.settle({ outcome: "completed" });
      return value;
    },
    (error: unknown) => {
      entry.settle({ outcome: "error", error });
      throw error;
    },
  );
}

/** A generator runs in the context of whoever takes its next step, so each step is taken in the run's. */
function followGenerator(generator: Generator, entry: Entry): void {
  entry.streams = true;
  ABANDONED.register(generator, entry, entry);
  const settle = (end: OperationEnd) => {
    ABANDONED.unregister(entry);
    entry.settle(end);
  };
  const failed = (error: unknown) => {
    settle({ outcome: "error", error });
    throw error;
  };
  const arrived = (result: IteratorResult<unknown>) => {
    if (result.done === true) settle({ outcome: "completed" });
    else entry.onChunk?.(result.value);
    return result;
  };
  const left = (result: IteratorResult<unknown>) => {
    settle({ outcome: "cancelled" });
    return result;
  };
  const steps = { next: arrived, throw: arrived, return: left };
  for (const name of ["next", "throw", "return"] as const) {
    const step = generator[name];
    const value: Step = (...args) =>
      context.with(entry, () => Reflect.apply(step, generator, args)).then(steps[name], failed);
    Object.defineProperty(generator, name, { value, writable: true, configurable: true });
  }
}
