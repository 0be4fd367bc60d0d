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

/** Whether a value is the iteration of a generator. */
export function isGenerator(value: object): value is AnyGenerator {
  const tag = tagOf(value);
  return (tag === "Generator" || tag === "AsyncGenerator") && typeof (value as Generator).next === "function";
}

function tagOf(value: object): unknown {
  return attempt(() => (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag]);
}

/**
 * Watches an iteration in place: each step runs in the context of the scope, which `open` gives at the first one
 * and which ends with the last: return, throw, `break` or the loss of the generator.
 */
export function followGenerator(
  generator: AnyGenerator,
  open: () => Followed | undefined,
  toEnd: boolean,
): AnyGenerator {
  new Iteration(open, toEnd).watch(generator);
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

  watch(generator: AnyGenerator): void {
    const taken = (name: "next" | "return" | "throw") => {
      const step = generator[name] as Step;
      const watched = this.#watched(name, step, generator);
      Object.defineProperty(watched, "length", { value: step.length, configurable: true });
      Object.defineProperty(generator, name, { value: watched, configurable: true, writable: true });
    };
    attempt(() => {
      taken("next");
      taken("return");
      taken("throw");
    });
  }

  #watched(name: "next" | "return" | "throw", step: Step, generator: AnyGenerator): Step {
    const take = (self: unknown, args: unknown[]) => {
      // Left before it began: the body never runs, and there is nothing to tell of.
      if (this.#scope === undefined && name !== "next") this.#finished = true;
      const scope = this.#finished ? undefined : this.#begun(generator);
      if (scope === undefined) return Reflect.apply(step, self, args);
      return this.#take(scope, name === "return", () => Reflect.apply(step, self, args));
    };
    return {
      [name](this: unknown, ...args: unknown[]) {
        return take(this, args);
      },
    }[name] as Step;
  }

  #begun(generator: AnyGenerator): Followed | undefined {
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
    const { done, value } = (result ?? {}) as IteratorResult<unknown>;
    if (done !== true || this.#finished) return;
    this.#finished = true;
    if (leaving) scope.leave("cancelled");
    else attempt(() => scope.returned(value));
    if (this.#toEnd) scope.end();
  }

  #failed(scope: Followed, error: unknown): void {
    if (this.#finished) return;
    this.#finished = true;
    scope.fail(error);
    if (this.#toEnd) scope.end();
  }
}
