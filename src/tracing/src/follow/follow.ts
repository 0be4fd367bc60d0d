import { attempt } from "../attempt.js";
import type { Followed } from "./followed.js";
import { followGenerator, isGenerator } from "./generators.js";
import { followThenable, type Then } from "./thenables.js";

/**
 * Follows what a function returned until it is done, and informs the scope, which then ends if `toEnd`. Returns what the
 * application gets instead: the same object, except for a plain promise.
 */
export function follow<T>(result: T, scope: Followed, toEnd: boolean): T {
  if ((typeof result === "object" && result !== null) || typeof result === "function") {
    const followed = attempt(() => followObject(result, scope, toEnd));
    if (followed !== undefined) return followed as T;
  }
  scope.completed(result, toEnd);
  return result;
}

/** As `follow`, in a scope that nobody records: only generators matter, whose later work has to run in the context. */
export function keepInside<T>(result: T, scope: Followed): T {
  if (typeof result === "object" && result !== null && isGenerator(result))
    attempt(() => followGenerator(result, scope, false));
  return result;
}

/** `undefined` if there is nothing to wait for. */
function followObject(result: object, scope: Followed, toEnd: boolean): object | undefined {
  if (isPlainPromise(result)) return followPromise(result, scope, toEnd);
  if (isGenerator(result)) return followGenerator(result, scope, toEnd);
  const { then } = result as { then?: unknown };
  const watched = typeof then === "function" && followThenable(result, then as Then, scope, toEnd);
  return watched ? result : undefined;
}

/** Symbols under which Node stores a promise's async id and context on it, Node 24 only once they are asked for. */
const NODES_OWN = new Set<unknown>(["async_id_symbol", "trigger_async_id_symbol", "kResourceStore"]);

function isPlainPromise(value: object): value is Promise<unknown> {
  return value instanceof Promise && value.constructor === Promise && !Object.hasOwn(value, "then");
}

/**
 * A handler on the promise itself would mark its rejection as handled; the derived promise reports it as before. Whatever a
 * library has added to the promise (`cancel`, a process) is copied to the derived one.
 */
function followPromise(promise: Promise<unknown>, scope: Followed, toEnd: boolean): Promise<unknown> {
  const derived = promise.then(
    (value) => {
      scope.completed(value, toEnd);
      return value;
    },
    (error: unknown) => {
      scope.failed(error, toEnd);
      throw error;
    },
  );
  for (const key of Reflect.ownKeys(promise)) {
    if (typeof key === "string" || !NODES_OWN.has(key.description)) copyProperty(key, promise, derived);
  }
  return derived;
}

function copyProperty(key: PropertyKey, from: object, to: object): void {
  const descriptor = Object.getOwnPropertyDescriptor(from, key);
  if (descriptor !== undefined) attempt(() => Object.defineProperty(to, key, descriptor));
}
