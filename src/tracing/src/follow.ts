import { context } from "@opentelemetry/api";
import { attempt } from "./attempt.js";
import type { Followed } from "./followed.js";
import { followGenerator, isGenerator } from "./generators.js";

type Settled = (value: unknown) => unknown;
type Then = (this: unknown, ...handlers: unknown[]) => unknown;

/**
 * Follows what a function returned to its end and tells the scope, which ends then if `toEnd`. Gives what the
 * application gets instead: the same object, but for a plain promise.
 */
export function follow<T>(result: T, scope: Followed, toEnd: boolean): T {
  if ((typeof result === "object" && result !== null) || typeof result === "function") {
    if (isPlainPromise(result)) return followPromise(result, scope, toEnd) as T;
    if (isGenerator(result)) return followGenerator(result, () => scope, toEnd) as T;
    const then = attempt(() => (result as { then?: unknown }).then);
    if (typeof then === "function" && followThenable(result, then as Then, scope, toEnd)) return result;
  }
  completed(scope, result, toEnd);
  return result;
}

function completed(scope: Followed, value: unknown, toEnd: boolean): void {
  attempt(() => scope.returned(value));
  if (toEnd) scope.end();
}

function failed(scope: Followed, error: unknown, toEnd: boolean): void {
  scope.fail(error);
  if (toEnd) scope.end();
}

function isPlainPromise(value: object): value is Promise<unknown> {
  return value instanceof Promise && value.constructor === Promise && !Object.hasOwn(value, "then");
}

/**
 * A handler on the promise itself would count its rejection as handled; the derived one reports it as before. What
 * a library has added to the promise (`cancel`, a process) goes over to the derived one.
 */
function followPromise(promise: Promise<unknown>, scope: Followed, toEnd: boolean): Promise<unknown> {
  const derived = promise.then(
    (value) => {
      completed(scope, value, toEnd);
      return value;
    },
    (error: unknown) => {
      failed(scope, error, toEnd);
      throw error;
    },
  );
  const added = Reflect.ownKeys(promise);
  if (added.length > 0)
    attempt(() => Object.defineProperties(derived, Object.getOwnPropertyDescriptors(promise)));
  return derived;
}

/** Other ways in which applications wait for the promises of SDKs that Stainless generates. */
const SIDE_DOORS = ["asResponse", "withResponse"];

/**
 * Watches a thenable in place: its `then` may start the work (a query, an SDK's request), so that it is called when
 * the application calls it and not before. False when the object does not let itself be watched.
 */
function followThenable(thenable: object, then: Then, scope: Followed, toEnd: boolean): boolean {
  const replace = (name: string, value: unknown) =>
    Object.defineProperty(thenable, name, { value, configurable: true, writable: true });
  const watched = attempt(() => {
    replace("then", watchedThen(then, scope, toEnd));
    for (const name of SIDE_DOORS) {
      const wait: unknown = Reflect.get(thenable, name);
      if (typeof wait === "function") replace(name, watchedWait(wait as Then, scope, toEnd));
    }
    return true;
  });
  if (watched === true && toEnd) scope.endWhenCollected(thenable);
  return watched === true;
}

function watchedWait(wait: Then, scope: Followed, toEnd: boolean): Then {
  return function (this: unknown, ...args: unknown[]): unknown {
    const waited = context.with(scope.context, () => Reflect.apply(wait, this, args));
    return waited instanceof Promise ? followPromise(waited, scope, toEnd) : waited;
  };
}

function watchedThen(then: Then, scope: Followed, toEnd: boolean): Then {
  return {
    // biome-ignore lint/suspicious/noThenProperty: it stands in for the object's own.
    then(this: unknown, ...[onfulfilled, onrejected, ...rest]: unknown[]): unknown {
      const caller = context.active();
      const fulfilled = context.bind(caller, (value: unknown) => {
        completed(scope, value, toEnd);
        return typeof onfulfilled === "function" ? (onfulfilled as Settled)(value) : value;
      });
      const rejected = context.bind(caller, (error: unknown) => {
        failed(scope, error, toEnd);
        if (typeof onrejected === "function") return (onrejected as Settled)(error);
        throw error;
      });
      return context.with(scope.context, () => Reflect.apply(then, this, [fulfilled, rejected, ...rest]));
    },
  }.then;
}
