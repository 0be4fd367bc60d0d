import type { StreamObserver } from "./stream-observer.js";

/** What every async generator inherits, through the `prototype` of its own function. */
const GENERATOR: AsyncGenerator = Object.getPrototypeOf(async function* () {}.prototype);
const { next, return: leave, throw: fail } = GENERATOR;

/** Whether an iterator is a generator that nobody has added to, so that another may stand in for it. */
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
 * Stands in for a generator that nobody knows yet, and looks like one. SDKs define the function of their generators anew
 * for each stream, so that V8 meets every one of them as a kind of its own: members put on such an object, and the
 * steps found on it, cost more than all else that is done for a short stream.
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

  /** The derived promise is handed on, so that a rejection which nobody handles is still reported as unhandled. */
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
