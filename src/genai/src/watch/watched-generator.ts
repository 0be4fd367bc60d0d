import type { StreamObserver } from "./stream-observer.js";

/** What every async generator inherits from, through the `prototype` of its function. */
const GENERATOR: AsyncGenerator = Object.getPrototypeOf(async function* () {}.prototype);
const { next, return: leave, throw: fail } = GENERATOR;

/** Whether an iterator is a generator without any additions, so that another object can stand in for it. */
export function isPlainGenerator(iterator: object): iterator is AsyncGenerator {
  const own: object | null = Object.getPrototypeOf(iterator);
  return (
    own !== null &&
    Object.getPrototypeOf(own) === GENERATOR &&
    Reflect.ownKeys(own).length === 0 &&
    Reflect.ownKeys(iterator).length === 0
  );
}

/**
 * Stands in for a generator that nobody else knows yet, and looks like one. SDKs define their generator function anew for
 * each stream, so V8 sees every generator as a new kind of object: adding members to it, and looking them up, would cost
 * more than everything else done for a short stream.
 */
export class WatchedGenerator {
  readonly #steps: AsyncGenerator;
  readonly #observation: StreamObserver;
  readonly #arrived: (result: IteratorResult<unknown>) => IteratorResult<unknown>;
  readonly #failed: (error: unknown) => never;

  constructor(steps: AsyncGenerator, observation: StreamObserver) {
    this.#steps = steps;
    this.#observation = observation;
    // Made once a stream, not once a chunk.
    this.#arrived = (result) => {
      observation.step(result);
      return result;
    };
    this.#failed = (error) => {
      observation.fail(error);
      throw error;
    };
  }

  /** Returns the derived promise, so that a rejection nobody handles is still reported as unhandled. */
  next(value?: unknown): Promise<IteratorResult<unknown>> {
    return next.call(this.#steps, value).then(this.#arrived, this.#failed);
  }

  return(value?: unknown): Promise<IteratorResult<unknown>> {
    this.#observation.close();
    return leave.call(this.#steps, value);
  }

  throw(error?: unknown): Promise<IteratorResult<unknown>> {
    this.#observation.close();
    return fail.call(this.#steps, error);
  }
}

Object.setPrototypeOf(WatchedGenerator.prototype, GENERATOR);
Reflect.deleteProperty(WatchedGenerator.prototype, "constructor");
