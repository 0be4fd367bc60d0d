import { context, createContextKey } from "@opentelemetry/api";
import { attempt } from "./attempt.js";
import type { OpenScope } from "./scope.js";
import { type AnyFunction, apply, caller, type Open } from "./traced-function.js";

export type AnyClass = abstract new (...args: never[]) => unknown;

const CALLS = createContextKey("kit.tracing.calls");

/** A call under way on some object, and those around it. Knows the object by its mark, so as not to keep it alive. */
interface RunningCall {
  readonly mark: object;
  readonly around: RunningCall | undefined;
  running: boolean;
}

/** Stands for an object wherever a reference would keep it from being collected. */
const MARKS = new WeakMap<object, object>();

/** Methods that the language and its tools call, so that an agent is not at work when it is printed. */
const NOT_WORK = new Set([
  "constructor",
  "then",
  "toJSON",
  "toString",
  "toLocaleString",
  "valueOf",
  "inspect",
]);

/** Whether something is a class, by its source, or for compiled ones by the methods it has. */
export function isClass(value: AnyFunction | AnyClass): value is AnyClass {
  if (/^class\b/.test(Function.prototype.toString.call(value))) return true;
  const { prototype } = value as { prototype?: unknown };
  return (
    typeof prototype === "object" &&
    prototype !== null &&
    (prototype as { constructor?: unknown }).constructor === value &&
    Object.getOwnPropertyNames(prototype).length > 1
  );
}

/**
 * Makes each public method that the class itself defines open a scope when it is called from outside its object;
 * calls from within, however deep, open none. In place: the class stays the very same, with all that holds on to it.
 */
export function traceClass(traced: AnyClass, open: Open): void {
  const prototype = traced.prototype as object;
  for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    const { value, writable, configurable } = descriptor;
    if (typeof value !== "function" || key.startsWith("_") || NOT_WORK.has(key)) continue;
    if (writable !== true && configurable !== true) continue;
    attempt(() => Object.defineProperty(prototype, key, { ...descriptor, value: traceMethod(value, open) }));
  }
}

function traceMethod(method: AnyFunction, open: Open): AnyFunction {
  const follow = caller(method);
  return new Proxy(method, {
    apply: (target, self: unknown, args: unknown[]) => {
      const call = () => apply(target, self, args);
      const mark = markOf(self);
      if (mark === undefined || isRunning(mark)) return call();
      return follow(call, () => {
        const scope = open(args);
        if (scope?.recording === true) markRunning(scope, mark);
        return scope;
      });
    },
  });
}

function markRunning(scope: OpenScope, mark: object): void {
  const call: RunningCall = { mark, around: currentCall(), running: true };
  scope.extend((inside) => inside.setValue(CALLS, call));
  scope.onEnd(() => {
    call.running = false;
  });
}

function markOf(self: unknown): object | undefined {
  if (typeof self !== "object" || self === null) return undefined;
  const known = MARKS.get(self);
  if (known !== undefined) return known;
  const mark = {};
  MARKS.set(self, mark);
  return mark;
}

function currentCall(): RunningCall | undefined {
  return context.active().getValue(CALLS) as RunningCall | undefined;
}

/** What an ended call left running (a timer, a listener) calls from outside again. */
function isRunning(mark: object): boolean {
  for (let call = currentCall(); call !== undefined; call = call.around) {
    if (call.mark === mark && call.running) return true;
  }
  return false;
}
