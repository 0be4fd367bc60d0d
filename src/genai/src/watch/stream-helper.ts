import { diag } from "@opentelemetry/api";
import { inWords, memberOf } from "../record/thrown.js";
import type { Observation } from "./observation.js";

/** What `stream()` and the like return: it reads the stream of a call, and aborts that call with its own controller. */
interface StreamHelper {
  readonly controller: { readonly signal: object };
}

/** Calls by the signals that abort them. */
const CALLS = new WeakMap<object, WeakRef<Observation>>();

/** Notes the signal among the options that follow a call's parameters. */
export function noteSignal(args: readonly unknown[], observation: Observation): void {
  // Most calls have none.
  if (args.length < 2) return;
  const signal = memberOf(args.at(-1), "signal");
  if (typeof signal === "object" && signal !== null) CALLS.set(signal, new WeakRef(observation));
}

/** Whether a value is a stream helper that can be iterated. */
export function isStreamHelper(value: unknown): value is StreamHelper {
  const { controller } = Object(value) as Partial<StreamHelper>;
  return typeof controller?.signal === "object" && Symbol.asyncIterator in (value as object);
}

/**
 * Makes the iterators of helpers close their call when their reader leaves the loop. The helpers abort it then, which
 * must not look like an abort by the application.
 */
export function followLeaving(open: (this: unknown, ...args: unknown[]) => unknown) {
  return {
    method(this: StreamHelper, ...args: unknown[]) {
      const steps = Reflect.apply(open, this, args) as AsyncIterator<unknown>;
      try {
        watchLeaving(steps, this.controller.signal);
      } catch (error) {
        diag.debug("a stream helper cannot be watched", inWords(error));
      }
      return steps;
    },
  }.method as (this: unknown, ...args: unknown[]) => unknown;
}

function watchLeaving(steps: AsyncIterator<unknown>, signal: object): void {
  const leave = steps.return;
  if (leave === undefined) return;
  Object.assign(steps, {
    return: (...args: []) => {
      CALLS.get(signal)?.deref()?.close();
      return Reflect.apply(leave, steps, args);
    },
  });
}
