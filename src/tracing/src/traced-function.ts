import { context } from "@opentelemetry/api";
import { followGenerator, isGenerator, isGeneratorFunction } from "./generators.js";
import type { OpenScope } from "./scope.js";

/**
 * Not `this: never`: up to TypeScript 5, a `function` (and so every generator) written in the call would take that on
 * and could not be called.
 */
// biome-ignore lint/suspicious/noExplicitAny: any method has a place here, whatever its object
export type AnyFunction = (this: any, ...args: never[]) => unknown;

/** Opens the scope of one call with these arguments; `undefined` when it has none. Never throws. */
export type Open = (args: readonly unknown[]) => OpenScope | undefined;

/**
 * Makes each call of a function a scope. A proxy, so that name, length, properties, prototype, `instanceof` and `new`
 * stay those of the function, also where they change later.
 */
export function traceFunction<F extends AnyFunction>(traced: F, open: Open): F {
  const call = caller(traced);
  return new Proxy(traced, {
    apply: (target, self, args: unknown[]) =>
      call(
        () => apply(target, self, args),
        () => open(args),
      ),
  });
}

/** Calls a function as the application did. */
export function apply(target: AnyFunction, self: unknown, args: readonly unknown[]): unknown {
  return Reflect.apply(target, self as never, args as never[]);
}

type OpenCall = () => OpenScope | undefined;
type Caller = <T>(call: () => T, open: OpenCall) => T;

/** How calls of this function are followed. */
export function caller(traced: AnyFunction): Caller {
  return isGeneratorFunction(traced) ? callGenerator : callInScope;
}

function callInScope<T>(call: () => T, open: OpenCall): T {
  const scope = open();
  return scope === undefined ? call() : scope.runToEnd(call);
}

/** The scope of a generator opens with its first step, as a child of where it was called: before, nothing runs. */
function callGenerator<T>(call: () => T, open: OpenCall): T {
  const made = call();
  const called = context.active();
  if (isGenerator(made as object)) followGenerator(made as Generator, () => context.with(called, open), true);
  return made;
}
