import { context } from "@opentelemetry/api";
import { attempt } from "./attempt.js";
import type { Followed } from "./followed.js";

export type Then = (this: unknown, ...handlers: unknown[]) => unknown;
type Settled = (value: unknown) => unknown;

/** Other ways in which applications wait for the promises of SDKs that Stainless generates. */
const SIDE_DOORS = ["asResponse", "withResponse"];

/** The scopes that wait for a thenable, each object watched once: a kept one may be given back a million times. */
const WATCHED = new WeakMap<object, Waiting>();

/**
 * Watches a thenable in place: its `then` may start the work (a query, an SDK's request), so that it is called when
 * the application calls it and not before. False when the object does not let itself be watched.
 */
export function followThenable(thenable: object, then: Then, scope: Followed, toEnd: boolean): boolean {
  const waiting = WATCHED.get(thenable) ?? attempt(() => watch(thenable, then));
  if (waiting === undefined) return false;
  waiting.add(scope, toEnd);
  if (toEnd) scope.endWhenCollected(thenable);
  return true;
}

function watch(thenable: object, then: Then): Waiting {
  const waiting = new Waiting();
  const replace = (name: string, value: unknown) =>
    Object.defineProperty(thenable, name, { value, configurable: true, writable: true });
  replace("then", watchedThen(then, waiting));
  for (const name of SIDE_DOORS) {
    const wait: unknown = Reflect.get(thenable, name);
    if (typeof wait === "function") replace(name, watchedWait(wait as Then, waiting));
  }
  WATCHED.set(thenable, waiting);
  return waiting;
}

/** Scopes that end, or fail, when their thenable settles. */
class Waiting {
  readonly #scopes = new Map<Followed, boolean>();

  add(scope: Followed, toEnd: boolean): void {
    this.#scopes.set(scope, toEnd);
  }

  /** Runs a wait in the innermost scope, which was the first to be given the thenable. */
  run<T>(wait: () => T): T {
    const [innermost] = this.#scopes.keys();
    return innermost === undefined ? wait() : context.with(innermost.context, wait);
  }

  completed(value: unknown): void {
    for (const [scope, toEnd] of this.#scopes) scope.completed(value, toEnd);
    this.#scopes.clear();
  }

  failed(error: unknown): void {
    for (const [scope, toEnd] of this.#scopes) scope.failed(error, toEnd);
    this.#scopes.clear();
  }
}

function watchedWait(wait: Then, waiting: Waiting): Then {
  return function (this: unknown, ...args: unknown[]): unknown {
    const waited = waiting.run(() => Reflect.apply(wait, this, args));
    if (!(waited instanceof Promise)) return waited;
    return waited.then(
      (value: unknown) => {
        waiting.completed(value);
        return value;
      },
      (error: unknown) => {
        waiting.failed(error);
        throw error;
      },
    );
  };
}

function watchedThen(then: Then, waiting: Waiting): Then {
  return {
    // biome-ignore lint/suspicious/noThenProperty: it stands in for the object's own.
    then(this: unknown, ...[onfulfilled, onrejected, ...rest]: unknown[]): unknown {
      const caller = context.active();
      const fulfilled = context.bind(caller, (value: unknown) => {
        waiting.completed(value);
        return typeof onfulfilled === "function" ? (onfulfilled as Settled)(value) : value;
      });
      const rejected = context.bind(caller, (error: unknown) => {
        waiting.failed(error);
        if (typeof onrejected === "function") return (onrejected as Settled)(error);
        throw error;
      });
      return waiting.run(() => Reflect.apply(then, this, [fulfilled, rejected, ...rest]));
    },
  }.then;
}
