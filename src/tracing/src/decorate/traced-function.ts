import { context } from "@opentelemetry/api";
import { followGenerator, isGenerator, isGeneratorFunction } from "../follow/generators.js";
import type { OpenScope } from "../scope/scope.js";

/**
 * Not `this: never`: up to TypeScript 5, a `function` expression (and so every generator) passed directly would get that
 * type, and could not be called.
 */
// biome-ignore lint/suspicious/noExplicitAny: accepts any method, whatever its object
export type AnyFunction = (this: any, ...args: never[]) => unknown;

/** Opens the scope of one call with these arguments; `undefined` if it has none. Never throws. */
export type Open = (args: readonly unknown[]) => OpenScope | undefined;

/**
 * Makes each call of a function a scope. It returns a proxy, so that name, length, properties, prototype, `instanceof` and
 * `new` stay those of the function, even if they change later.
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

/** Calls a function the way the application did. */
export function apply(target: AnyFunction, self: unknown, args: readonly unknown[]): unknown {
  return Reflect.apply(target, self as never, args as never[]);
}

type OpenCall = () => OpenScope | undefined;
type Caller = <T>(call: () => T, open: OpenCall) => T;

/** How calls of a function are followed. */
export function caller(traced: AnyFunction): Caller {
  return isGeneratorFunction(traced) ? callGenerator : callInScope;
}

function callInScope<T>(call: () => T, open: OpenCall): T {
  const scope = open();
  return scope === undefined ? call() : scope.runToEnd(call);
}

function callGenerator<T>(call: () => T, open: OpenCall): T {
  const generator = call();
  if (isGenerator(generator as object))
    followGenerator(generator as Generator, { made: context.active(), open }, true);
  return generator;
}
