import { attempt, tell } from "../attempt.js";
import { readName } from "../scope/kinds.js";
import { type AnyClass, isClass, traceClass } from "./traced-class.js";
import { type AnyFunction, type Open, traceFunction } from "./traced-function.js";

/**
 * What can be traced, with a wrapper or a decorator, standard (TypeScript 5) or legacy (`experimentalDecorators`). For a
 * function it returns one that does the same; a class is modified in place and returned itself.
 */
export interface Decorate {
  <F extends AnyFunction | AnyClass>(marked: F): F;
  <F extends AnyFunction>(method: F, context: ClassMethodDecoratorContext | ClassGetterDecoratorContext): F;
  <F extends AnyFunction>(setter: F, context: ClassSetterDecoratorContext): F;
  <C extends AnyClass>(marked: C, context: ClassDecoratorContext): C;
  <This, F>(field: undefined, context: ClassFieldDecoratorContext<This, F>): (initial: F) => F;
  <This, F>(
    accessor: ClassAccessorDecoratorTarget<This, F>,
    context: ClassAccessorDecoratorContext<This, F>,
  ): ClassAccessorDecoratorResult<This, F>;
  <F>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<F>,
  ): TypedPropertyDescriptor<F>;
}

/** Opens the scopes of calls under the name that was found for them. */
export type OpenNamed = (name: string) => Open;

type DecoratorContext = DecoratorContextOf<ClassMemberDecoratorContext | ClassDecoratorContext>;
type DecoratorContextOf<C> = C extends { kind: string; name: unknown } ? Pick<C, "kind" | "name"> : never;

/** Whether the arguments are those of a wrapper or decorator, rather than a name or options. */
export function isDecoration([first, second]: readonly unknown[]): boolean {
  return (
    typeof first === "function" ||
    isDecoratorContext(second) ||
    (typeof first === "object" &&
      first !== null &&
      (typeof second === "string" || typeof second === "symbol"))
  );
}

/** Traces what a wrapper or decorator was called with. `given` is the explicit name, if any. */
export function decorate(args: readonly unknown[], given: string | undefined, open: OpenNamed): unknown {
  const [marked, second, descriptor] = args;
  const openAs = (name: unknown) => open(readName(given ?? name));
  if (isDecoratorContext(second)) return decorateStandard(marked, second, openAs(second.name));
  if (typeof second === "string" || typeof second === "symbol")
    return decorateLegacy(second, descriptor as PropertyDescriptor | undefined, openAs(second));
  if (typeof marked !== "function") return refuse(marked);
  return mark(marked as AnyFunction, openAs(nameOf(marked)));
}

/** Not always a string: a class may have a static member called `name`. */
function nameOf(marked: { readonly name: unknown }): string | undefined {
  const name = attempt(() => marked.name);
  return typeof name === "string" ? name : undefined;
}

function mark(marked: AnyFunction, open: Open): unknown {
  if (!isClass(marked)) return traceFunction(marked, open);
  traceClass(marked, open);
  return marked;
}

function isDecoratorContext(value: unknown): value is DecoratorContext {
  return typeof value === "object" && value !== null && typeof (value as DecoratorContext).kind === "string";
}

function decorateStandard(marked: unknown, { kind }: DecoratorContext, open: Open): unknown {
  const initialise = (initial: unknown) =>
    typeof initial === "function" ? traceFunction(initial as AnyFunction, open) : initial;
  if (kind === "field") return initialise;
  if (kind === "accessor") return { init: initialise };
  if (typeof marked !== "function") return refuse(marked);
  if (kind !== "class") return traceFunction(marked as AnyFunction, open);
  traceClass(marked as unknown as AnyClass, open);
  return marked;
}

function decorateLegacy(
  key: string | symbol,
  descriptor: PropertyDescriptor | undefined,
  open: Open,
): PropertyDescriptor | undefined {
  const { value, get, set } = descriptor ?? {};
  if (typeof value === "function") return { ...descriptor, value: traceFunction(value as AnyFunction, open) };
  if (get === undefined && set === undefined) return refuse(descriptor, String(key));
  return {
    ...descriptor,
    ...(get && { get: traceFunction(get as AnyFunction, open) as typeof get }),
    ...(set && { set: traceFunction(set as AnyFunction, open) as typeof set }),
  };
}

function refuse<T>(value: T, what = "this"): T {
  tell("warn", () => `${what} is no function, method or class; it is left as it is.`);
  return value;
}
