import { context, createContextKey } from "@opentelemetry/api";
import { attempt } from "../attempt.js";
import type { OpenScope } from "../scope/scope.js";
import { type AnyFunction, apply, caller, type Open } from "./traced-function.js";

export type AnyClass = abstract new (...args: never[]) => unknown;

const CALLS = createContextKey("kit.tracing.calls");

/** A call on an object, and the calls around it. It refers to the object by a mark, so as not to keep it alive. */
interface TracedCall {
  readonly mark: object;
  readonly scope: OpenScope;
  readonly around: TracedCall | undefined;
}

/** Stands for an object where a reference would keep it alive. */
const MARKS = new WeakMap<object, object>();

/** Methods that the language and its tools call: an agent does not work when it is printed. */
const NOT_WORK = new Set([
  "constructor",
  "then",
  "toJSON",
  "toString",
  "toLocaleString",
  "valueOf",
  "inspect",
]);

/** Whether a function is a class, judged by its source, or by its prototype if it was compiled or wrapped. */
export function isClass(value: AnyFunction | AnyClass): value is AnyClass {
  return attempt(() => hasClassSource(value) || hasClassPrototype(value)) ?? false;
}

function hasClassSource(value: unknown): boolean {
  // A method may be called `class`.
  return typeof value === "function" && /^class\b(?!\s*\()/.test(Function.prototype.toString.call(value));
}

function hasClassPrototype(value: object): boolean {
  const { prototype } = value as { readonly prototype?: unknown };
  if (typeof prototype !== "object" || prototype === null) return false;
  const maker = prototype.constructor;
  if (maker === value) return Object.getOwnPropertyNames(prototype).length > 1;
  // A proxy of a class has its prototype, and no source.
  return hasClassSource(maker);
}

/**
 * Makes each public method that the class itself defines open a scope when it is called from outside its object; calls from
 * within, however deep, open none. Modifies the class in place, so that every reference to it stays valid.
 */
export function traceClass(traced: AnyClass, open: Open): void {
  const prototype = traced.prototype as object;
  const members = attempt(() => Object.entries(Object.getOwnPropertyDescriptors(prototype))) ?? [];
  for (const [key, descriptor] of members) {
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
        if (scope?.recording === true) enterCall(scope, mark);
        return scope;
      });
    },
  });
}

function enterCall(scope: OpenScope, mark: object): void {
  const call: TracedCall = { mark, scope, around: runningCall() };
  scope.extend((inside) => inside.setValue(CALLS, call));
}

function markOf(self: unknown): object | undefined {
  if ((typeof self !== "object" && typeof self !== "function") || self === null) return undefined;
  const known = MARKS.get(self);
  if (known !== undefined) return known;
  const mark = {};
  MARKS.set(self, mark);
  return mark;
}

/**
 * The innermost call that is still running. Whatever an ended call left behind (a timer, a listener) calls from outside
 * again, and an object that keeps going that way must not keep all its earlier calls alive.
 */
function runningCall(): TracedCall | undefined {
  let call = context.active().getValue(CALLS) as TracedCall | undefined;
  while (call?.scope.recording === false) call = call.around;
  return call;
}

function isRunning(mark: object): boolean {
  for (let call = runningCall(); call !== undefined; call = call.around) {
    if (call.mark === mark && call.scope.recording) return true;
  }
  return false;
}
