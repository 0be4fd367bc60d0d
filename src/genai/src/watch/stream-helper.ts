import { guard } from "../record/guard.js";
import { memberOf } from "../record/thrown.js";
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

type Open = (this: unknown, ...args: unknown[]) => unknown;
type Steps = AsyncIterator<unknown, unknown, unknown>;

/**
 * Makes the iterators of helpers close their call when their reader leaves the loop. The helpers abort it then, which
 * must not look like an abort by the application.
 */
export function followLeaving(open: Open): Open {
  return withIterators(open, (steps, helper) => {
    const { signal } = (helper as StreamHelper).controller;
    watchLeaving(steps, () => signal);
  });
}

/**
 * Makes the iterators of tool runners tell of the helpers that they hand out, one for each turn, and close the call of
 * the last one when their reader leaves the loop. The runners abort it then.
 */
export function followTurns(found: (helper: object) => void) {
  return (open: Open): Open =>
    withIterators(open, (steps) => {
      const { next } = steps;
      let signal: object | undefined;
      const arrived = (step: IteratorResult<unknown>) => {
        guard("a stream helper", () => {
          if (!isStreamHelper(step.value)) return;
          signal = step.value.controller.signal;
          found(step.value);
        });
        return step;
      };
      Object.assign(steps, {
        next: (...args: []) => {
          const step: unknown = Reflect.apply(next, steps, args);
          return step instanceof Promise ? step.then(arrived) : step;
        },
      });
      watchLeaving(steps, () => signal);
    });
}

/** Makes a method of what a library makes, such as a thread, tell of what it makes in turn. */
export function followMaking(found: (made: unknown) => void) {
  return (make: Open): Open =>
    ({
      method(this: unknown, ...args: unknown[]) {
        const made = Reflect.apply(make, this, args);
        found(made);
        return made;
      },
    }).method;
}

function withIterators(open: Open, watch: (steps: Steps, owner: unknown) => void): Open {
  return {
    method(this: unknown, ...args: unknown[]) {
      const steps = Reflect.apply(open, this, args) as Steps;
      guard("a stream helper", () => watch(steps, this));
      return steps;
    },
  }.method;
}

function watchLeaving(steps: Steps, signal: () => object | undefined): void {
  const leave = steps.return;
  if (leave === undefined) return;
  Object.assign(steps, {
    return: (...args: []) => {
      const call = CALLS.get(signal() ?? steps)?.deref();
      call?.close();
      return Reflect.apply(leave, steps, args);
    },
  });
}
