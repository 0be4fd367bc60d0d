import type { ReadableStreamDefaultReader } from "node:stream/web";
import { diag } from "@opentelemetry/api";
import { inWords } from "../record/thrown.js";
import { tapPassingOn } from "./passing-on.js";
import type { StreamObserver } from "./stream-observer.js";
import { isPlainGenerator, WatchedGenerator } from "./watched-generator.js";

type Step = (...args: unknown[]) => unknown;

interface AnyIterator {
  next: Step;
  return?: Step;
  throw?: Step;
}

type WebReader = ReadableStreamDefaultReader & Reader;

/** What reads a stream of the platform, or the stream itself, which can be cancelled without a reader. */
interface Reader {
  read?: Step;
  cancel: Step;
}

/** A value that can be iterated asynchronously, as every SDK's stream is. */
export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

/**
 * Watches a stream in place: the caller keeps the very object that the library made. Streams of the Stainless SDKs create
 * every iterator through their `iterator` field (also for `tee()` and `toReadableStream()`); any other stream is watched
 * where `for await` enters it, and one of the platform where a reader does. Only the first iterator is the answer: a second one is the caller's mistake, which the
 * library's own error reports.
 */
export function tapStream(stream: AsyncIterable<unknown>, observation: StreamObserver): void {
  // A generator is its own iterator, and may be stepped by hand.
  if (isIterator(stream)) {
    tapIterator(stream, observation);
    return;
  }
  const hasField = typeof (stream as { iterator?: unknown }).iterator === "function";
  tapFirst(stream, hasField ? "iterator" : Symbol.asyncIterator, watchSteps, observation);
  // openai 7 puts its own generator in front of the field. If that is closed before its first step, the field is never used.
  if (hasField && Object.hasOwn(stream, Symbol.asyncIterator)) {
    tapFirst(stream, Symbol.asyncIterator, tapLeaving, observation);
  }
  if (isReadableStream(stream)) {
    const { getReader } = stream;
    tapPassingOn(stream, () => {
      observation.begin();
      return tapReader(Reflect.apply(getReader, stream, []) as WebReader, observation);
    });
    tapFirst(stream, "values", watchSteps, observation);
    tapFirst(stream, "getReader", tapReader, observation);
    tapCancel(stream, observation);
  }
}

/** The platform's own kind of stream. Not by its class, which an application that needs none would have to load. */
function isReadableStream(stream: object): stream is AsyncIterable<unknown> & Reader & { getReader: Step } {
  return "getReader" in stream && "cancel" in stream;
}

function isIterator(stream: object): stream is AnyIterator {
  return typeof (stream as Partial<AnyIterator>).next === "function";
}

/** Wraps the first iterator that a member opens with `tap`. If the member is a field of the stream, it is restored then. */
function tapFirst(
  stream: AsyncIterable<unknown>,
  member: PropertyKey,
  tap: (iterator: never, observation: StreamObserver) => unknown,
  observation: StreamObserver,
): void {
  const members = stream as unknown as Record<PropertyKey, Step>;
  const found = members[member];
  if (found === undefined) return;
  let open: Step = found;
  const isField = Object.getOwnPropertyDescriptor(stream, member)?.writable === true;
  let tapped = false;
  // Named as the SDKs name theirs, because renaming a function costs more than opening a stream.
  const opened = function iterator(this: unknown, ...args: unknown[]) {
    const steps = Reflect.apply(open, this, args);
    if (isField && members[member] === opened) members[member] = open;
    if (tapped) return steps;
    tapped = true;
    observation.begin();
    try {
      return tap(steps as never, observation);
    } catch (error) {
      diag.debug("a stream cannot be watched", inWords(error));
      return steps;
    }
  };
  if (open.name !== opened.name)
    Object.defineProperty(opened, "name", { value: open.name, configurable: true });
  if (isField) members[member] = opened;
  else Object.defineProperty(stream, member, { value: opened, writable: true, configurable: true });
  // A proxy keeps its own function, which calls the one that its target has now.
  if (members[member] !== opened) open = Object.getPrototypeOf(stream)[member] ?? open;
}

/** What the stream's reader iterates: the iterator itself, or a stand-in for a generator, which nobody else knows yet. */
function watchSteps(iterator: AnyIterator, observation: StreamObserver): AnyIterator {
  return isPlainGenerator(iterator)
    ? new WatchedGenerator(iterator, observation)
    : tapIterator(iterator, observation);
}

/** Replaces the methods of an iterator on the object itself; `for await`, `yield*` and helpers all call them. */
function tapIterator(iterator: AnyIterator, observation: StreamObserver): AnyIterator {
  tapSteps(iterator, "next", iterator.next, observation);
  return tapLeaving(iterator, observation);
}

/** As {@link tapIterator}: a reader's steps have the same results, and are rejected when its stream breaks off. */
function tapReader<R extends Reader>(reader: R, observation: StreamObserver): R {
  if (reader.read !== undefined) tapSteps(reader, "read", reader.read, observation);
  return tapCancel(reader, observation);
}

function tapCancel<R extends Reader>(reader: R, observation: StreamObserver): R {
  const { cancel } = reader;
  hide(reader, "cancel", function (this: unknown, ...args: unknown[]) {
    observation.close();
    return Reflect.apply(cancel, this, args);
  });
  return reader;
}

function tapSteps(steps: object, member: string, next: Step, observation: StreamObserver): void {
  // Made once a stream, not once a chunk.
  const arrived = (result: unknown) => {
    observation.step(result as IteratorResult<unknown>);
    return result;
  };
  const failed = (error: unknown) => {
    observation.fail(error);
    throw error;
  };
  hide(steps, member, function (this: unknown, ...args: unknown[]) {
    const step = Reflect.apply(next, this, args);
    // The derived promise is returned, so that a rejection nobody handles is still reported as unhandled.
    return step instanceof Promise ? step.then(arrived, failed) : arrived(step);
  });
}

/** Both closures share one scope, instead of one per loop iteration: thousands of streams may be open at once. */
function tapLeaving(iterator: AnyIterator, observation: StreamObserver): AnyIterator {
  const { return: leave, throw: fail } = iterator;
  if (leave !== undefined) {
    hide(iterator, "return", function (this: unknown, ...args: unknown[]) {
      observation.close();
      return Reflect.apply(leave, this, args);
    });
  }
  if (fail !== undefined) {
    hide(iterator, "throw", function (this: unknown, ...args: unknown[]) {
      observation.close();
      return Reflect.apply(fail, this, args);
    });
  }
  return iterator;
}

function hide(target: object, key: string, value: Step): void {
  Object.defineProperty(target, key, { value, writable: true, configurable: true, enumerable: false });
}
