import type { Observation } from "./observation.js";

type Step = (...args: unknown[]) => unknown;

interface AnyIterator {
  next: Step;
  return?: Step;
  throw?: Step;
}

/** A value that can be iterated asynchronously, as every SDK's stream is. */
export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

/**
 * Watches a stream in place: the caller keeps the very object the library made. A stream of the Stainless SDKs
 * makes every iterator through its `iterator` field (also for `tee()` and `toReadableStream()`); any other
 * stream is watched where `for await` enters it. Only the first iterator is the answer: a second one is the
 * caller's mistake, and the library's own error tells it.
 */
export function tapStream(stream: AsyncIterable<unknown>, observation: Observation): void {
  const field =
    typeof (stream as { iterator?: unknown }).iterator === "function" ? "iterator" : Symbol.asyncIterator;
  const holder = stream as unknown as Record<PropertyKey, (...args: unknown[]) => AnyIterator>;
  const open = holder[field];
  if (open === undefined) return;
  let tapped = false;
  const tap = function (this: unknown, ...args: unknown[]) {
    const iterator = Reflect.apply(open, this, args);
    if (!tapped) {
      tapped = true;
      tapIterator(iterator, observation);
    }
    return iterator;
  };
  Object.defineProperty(stream, field, {
    value: tap,
    writable: true,
    configurable: true,
    enumerable: Object.prototype.propertyIsEnumerable.call(stream, field),
  });
}

/** Replaces the three steps of an iterator on the object itself; `for await`, `yield*` and helpers all call them. */
function tapIterator(iterator: AnyIterator, observation: Observation): void {
  const { next, return: close, throw: fail } = iterator;
  hide(iterator, "next", function (this: unknown, ...args: unknown[]) {
    return settle(Reflect.apply(next, this, args), observation);
  });
  if (close !== undefined) {
    hide(iterator, "return", function (this: unknown, ...args: unknown[]) {
      observation.close();
      return Reflect.apply(close, this, args);
    });
  }
  if (fail !== undefined) {
    hide(iterator, "throw", function (this: unknown, ...args: unknown[]) {
      observation.close();
      return Reflect.apply(fail, this, args);
    });
  }
}

function settle(step: unknown, observation: Observation): unknown {
  if (!(step instanceof Promise)) {
    observation.step(step as IteratorResult<unknown>);
    return step;
  }
  // The derived promise is handed on, so that a rejection which nobody handles is still reported as unhandled.
  return step.then(
    (result) => {
      observation.step(result);
      return result;
    },
    (error) => {
      observation.fail(error);
      throw error;
    },
  );
}

function hide(target: object, key: string, value: Step): void {
  Object.defineProperty(target, key, { value, writable: true, configurable: true, enumerable: false });
}
