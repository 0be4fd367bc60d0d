import { type Context, context } from "@opentelemetry/api";
import { attempt } from "../attempt.js";
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

/** A scope that opens with the first step, since nothing runs before, as a child of where the generator was made. */
export interface LateScope {
  readonly made: Context;
  open(): Followed | undefined;
}

/**
 * Watches an iteration in place. Each step runs in the context of the scope, which ends with the last step: return, throw,
 * `break`, or loss of the generator. Returns `undefined` if the generator cannot be watched.
 */
export function followGenerator(
  generator: AnyGenerator,
  scope: Followed | LateScope,
  toEnd: boolean,
): AnyGenerator | undefined {
  const watched = WATCHED.get(generator) ?? attempt(() => watch(generator));
  if (watched === undefined) return undefined;
  watched.add(scope, toEnd);
  return generator;
}

/** Each generator is watched once, however many scopes follow it: a kept one may be returned a million times. */
const WATCHED = new WeakMap<AnyGenerator, Iteration>();

function watch(generator: AnyGenerator): Iteration {
  const iteration = new Iteration(generator);
  for (const name of STEPS) {
    const step = generator[name] as Step;
    const watched = {
      [name](this: unknown, ...args: unknown[]) {
        return iteration.take(name, () => Reflect.apply(step, this, args));
      },
    }[name] as Step;
    Object.defineProperty(watched, "length", { value: step.length, configurable: true });
    Object.defineProperty(generator, name, { value: watched, configurable: true, writable: true });
  }
  WATCHED.set(generator, iteration);
  return iteration;
}

interface Follower {
  scope: Followed | undefined;
  readonly late: LateScope | undefined;
  readonly toEnd: boolean;
}

/** One iteration and the scopes that follow it. */
class Iteration {
  readonly #generator: AnyGenerator;
  /** Innermost first, which is the order in which they were added. */
  #followers: Follower[] = [];
  #areOpen = true;

  constructor(generator: AnyGenerator) {
    this.#generator = generator;
  }

  add(given: Followed | LateScope, toEnd: boolean): void {
    const late = "made" in given ? given : undefined;
    const follower: Follower = { scope: undefined, late, toEnd };
    this.#followers.push(follower);
    if (late === undefined) this.#begin(follower, given as Followed);
    else this.#areOpen = false;
  }

  take(name: (typeof STEPS)[number], step: () => unknown): unknown {
    if (!this.#areOpen) this.#openLate(name);
    const innermost = this.#followers[0]?.scope;
    if (innermost === undefined) return step();
    let taken: unknown;
    try {
      taken = context.with(innermost.context, step);
    } catch (error) {
      this.#failed(error);
      throw error;
    }
    const leaving = name === "return";
    if (!(taken instanceof Promise)) {
      this.#stepped(taken, leaving);
      return taken;
    }
    return taken.then(
      (result: unknown) => {
        this.#stepped(result, leaving);
        return result;
      },
      (error: unknown) => {
        this.#failed(error);
        throw error;
      },
    );
  }

  #openLate(name: (typeof STEPS)[number]): void {
    this.#areOpen = true;
    let around: Follower | undefined;
    for (const follower of this.#followers.toReversed()) {
      // Left before it began: the body never runs, so there is nothing to record.
      if (follower.late !== undefined && follower.scope === undefined && name === "next")
        this.#begin(follower, openInside(follower.late, around));
      around = follower;
    }
    this.#followers = this.#followers.filter(({ scope }) => scope !== undefined);
  }

  #begin(follower: Follower, scope: Followed | undefined): void {
    follower.scope = scope;
    if (follower.toEnd) scope?.endWhenCollected(this.#generator);
  }

  #stepped(result: unknown, leaving: boolean): void {
    const step = result as IteratorResult<unknown> | undefined;
    if (step?.done !== true) return;
    for (const { scope, toEnd } of this.#finish()) {
      if (leaving) scope?.leave("cancelled");
      scope?.completed(leaving ? undefined : step.value, toEnd);
    }
  }

  #failed(error: unknown): void {
    for (const { scope, toEnd } of this.#finish()) scope?.failed(error, toEnd);
  }

  #finish(): readonly Follower[] {
    const finished = this.#followers;
    this.#followers = [];
    return finished;
  }
}

/** Marks on the same generator function nest, although none of them was open yet when the generator was made. */
function openInside(late: LateScope, around: Follower | undefined): Followed | undefined {
  const isNested = around?.late !== undefined && around.late.made === late.made;
  const outside = isNested ? around.scope?.context : undefined;
  return context.with(outside ?? late.made, () => late.open());
}
