import { context } from "@opentelemetry/api";
import { attempt } from "./attempt.js";
import type { Followed } from "./followed.js";

type AnyGenerator = Generator | AsyncGenerator;
type Step = (this: unknown, ...args: unknown[]) => unknown;

/** Whether a function makes a generator, whose body runs later, step by step. */
export function isGeneratorFunction(value: object): boolean {
  const tag = tagOf(value);
  return tag === "GeneratorFunction" || tag === "AsyncGeneratorFunction";
}

const STEPS = ["next", "return", "throw"] as const;

/** Whether a value is a generator object, including those that compilers emit for older JavaScript. */
export function isGenerator(value: object): value is AnyGenerator {
  const tag = tagOf(value);
  if (tag === "Generator" || tag === "AsyncGenerator") return typeof (value as Generator).next === "function";
  return attempt(() => isLoweredGenerator(value)) ?? false;
}

/** What Babel and SWC call their class for async generators; TypeScript emits plain objects. */
const LOWERED = /^_?async_?generator$/i;

function isLoweredGenerator(value: object): boolean {
  if (!(Symbol.asyncIterator in value || Symbol.iterator in value)) return false;
  if (STEPS.every((step) => Object.hasOwn(value, step))) return true;
  return LOWERED.test(value.constructor?.name) && STEPS.every((step) => step in value);
}

function tagOf(value: object): unknown {
  return attempt(() => (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag]);
}

/**
 * Watches an iteration in place. Each step runs in the context of the scope, which is either already open or opened by a
 * function at the first step. The scope ends with the last step: return, throw, `break`, or loss of the generator.
 * Returns `undefined` if the generator cannot be watched.
 */
export function followGenerator(
  generator: AnyGenerator,
  scope: Followed | (() => Followed | undefined),
  toEnd: boolean,
): AnyGenerator | undefined {
  const iteration = new Iteration(typeof scope === "function" ? scope : () => scope, toEnd);
  if (!iteration.watch(generator)) return undefined;
  if (typeof scope !== "function") iteration.begin(generator);
  return generator;
}

class Iteration {
  readonly #open: () => Followed | undefined;
  readonly #toEnd: boolean;
  #scope: Followed | undefined;
  #finished = false;

  constructor(open: () => Followed | undefined, toEnd: boolean) {
    this.#open = open;
    this.#toEnd = toEnd;
  }

  watch(generator: AnyGenerator): boolean {
    const taken = (name: (typeof STEPS)[number]) => {
      const step = generator[name] as Step;
      const watched = this.#watched(name, step, generator);
      Object.defineProperty(watched, "length", { value: step.length, configurable: true });
      Object.defineProperty(generator, name, { value: watched, configurable: true, writable: true });
    };
    const watched = attempt(() => {
      for (const step of STEPS) taken(step);
      return true;
    });
    return watched === true;
  }

  #watched(name: (typeof STEPS)[number], step: Step, generator: AnyGenerator): Step {
    const take = (self: unknown, args: unknown[]) => {
      // Left before it began: the body never runs, so there is nothing to record.
      if (this.#scope === undefined && name !== "next") this.#finished = true;
      const scope = this.#finished ? undefined : this.begin(generator);
      if (scope === undefined) return Reflect.apply(step, self, args);
      return this.#take(scope, name === "return", () => Reflect.apply(step, self, args));
    };
    return {
      [name](this: unknown, ...args: unknown[]) {
        return take(this, args);
      },
    }[name] as Step;
  }

  begin(generator: AnyGenerator): Followed | undefined {
    if (this.#scope !== undefined) return this.#scope;
    this.#scope = this.#open();
    if (this.#scope === undefined) this.#finished = true;
    else if (this.#toEnd) this.#scope.endWhenCollected(generator);
    return this.#scope;
  }

  #take(scope: Followed, leaving: boolean, step: () => unknown): unknown {
    let taken: unknown;
    try {
      taken = context.with(scope.context, step);
    } catch (error) {
      this.#failed(scope, error);
      throw error;
    }
    if (!(taken instanceof Promise)) {
      this.#stepped(scope, taken, leaving);
      return taken;
    }
    return taken.then(
      (result: unknown) => {
        this.#stepped(scope, result, leaving);
        return result;
      },
      (error: unknown) => {
        this.#failed(scope, error);
        throw error;
      },
    );
  }

  #stepped(scope: Followed, result: unknown, leaving: boolean): void {
    const step = result as IteratorResult<unknown> | undefined;
    if (this.#finished || step?.done !== true) return;
    this.#finished = true;
    if (leaving) scope.leave("cancelled");
    scope.completed(leaving ? undefined : step.value, this.#toEnd);
  }

  #failed(scope: Followed, error: unknown): void {
    if (this.#finished) return;
    this.#finished = true;
    scope.failed(error, this.#toEnd);
  }
}
