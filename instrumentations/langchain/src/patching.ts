import type { Method, OperationEnd } from "@kit/genai";
import { context } from "@opentelemetry/api";
import { Entry, type EntryKind } from "./entry.js";
import { isKitHandler, type RunHandler } from "./handler.js";
import { inStream } from "./outcome.js";
import { isInside } from "./run.js";

/** The handler of an instrumentation, while it is on. */
export type OwnHandler = () => RunHandler | undefined;

interface Manager {
  handlers: unknown[];
  copy(additional: unknown[], inherit: boolean): Manager;
  removeHandler(handler: unknown): void;
  getParentRunId?(): string | undefined;
}

/** `CallbackManager._configureSync`, which every run asks for its handlers: adds ours, unless one of ours is there. */
export function addHandler(original: Method, own: OwnHandler): Method {
  return {
    method(this: unknown, inheritable: unknown, local: unknown, ...rest: unknown[]) {
      const handler = own();
      const given =
        handler === undefined || hasOurs(inheritable) || hasOurs(local)
          ? inheritable
          : withOurs(inheritable, handler);
      const manager = Reflect.apply(original, this, [given, local, ...rest]) as Manager | undefined;
      if (manager !== undefined) withoutSeconds(manager);
      return manager;
    },
  }.method as Method;
}

function handlersIn(callbacks: unknown): readonly unknown[] {
  if (Array.isArray(callbacks)) return callbacks;
  return (callbacks as Manager | null | undefined)?.handlers ?? [];
}

function hasOurs(callbacks: unknown): boolean {
  return handlersIn(callbacks).some(isKitHandler);
}

/** The caller's array or manager stays as it is. */
function withOurs(callbacks: unknown, handler: RunHandler): unknown {
  if (Array.isArray(callbacks)) return [...callbacks, handler];
  return callbacks == null ? [handler] : (callbacks as Manager).copy([handler], true);
}

/** One handler comes down from the runs above and another may be the model's own: the upper one knows the runs. */
function withoutSeconds(manager: Manager): void {
  const [first, ...others] = manager.handlers.filter(isKitHandler);
  for (const second of others) if (second !== first) manager.removeHandler(second);
}

/** `AsyncLocalStorageProviderSingleton.runWithConfig`, through which the library enters what a run does. */
export function enterRun(original: Method, own: OwnHandler): Method {
  return {
    method(this: unknown, config: unknown, callback: unknown, ...rest: unknown[]) {
      const call = () => Reflect.apply(original, this, [config, callback, ...rest]) as unknown;
      const callbacks = (config as { callbacks?: Manager } | null | undefined)?.callbacks;
      if (own() === undefined || callbacks === undefined) return call();
      const run = handlersIn(callbacks).find(isKitHandler)?.run(callbacks.getParentRunId?.())?.recorded;
      return run === undefined || isInside(context.active(), run) ? call() : context.with(run.inside, call);
    },
  }.method as Method;
}

/** `Pregel.stream`: what aborts the graph other than its caller's signal is the caller leaving. */
export function noteSignal(original: Method, own: OwnHandler): Method {
  return {
    method(this: unknown, ...args: unknown[]) {
      if (own() === undefined) return Reflect.apply(original, this, args);
      const { signal } = (args[1] ?? {}) as { signal?: unknown };
      return context.with(inStream(context.active(), signal), () => Reflect.apply(original, this, args));
    },
  }.method as Method;
}

const ABANDONED = new FinalizationRegistry<Entry>((entry) => entry.settle({ outcome: "abandoned" }));

/** A method that begins a run: what happens in it happens in the context of that run. */
export function enter(
  kind: EntryKind,
  isSingle?: (args: readonly unknown[]) => boolean,
): (original: Method, own: OwnHandler) => Method {
  return (original, own) =>
    ({
      method(this: unknown, ...args: unknown[]) {
        if (own() === undefined) return Reflect.apply(original, this, args);
        const entry = new Entry(kind, this, args, isSingle?.(args));
        const result = context.with(entry, () => Reflect.apply(original, this, args) as unknown);
        if (result instanceof Promise) return followPromise(result, entry);
        if (isGenerator(result)) {
          entry.streams = true;
          followGenerator(result, entry);
        }
        return result;
      },
    }).method;
}

/** The library's methods are async functions, whose promises nobody else has. */
function followPromise(promise: Promise<unknown>, entry: Entry): Promise<unknown> {
  return promise.then(
    (value) => {
      entry.settle({ outcome: "completed" });
      return value;
    },
    (error: unknown) => {
      entry.settle({ outcome: "error", error });
      throw error;
    },
  );
}

type Step = (...args: unknown[]) => Promise<IteratorResult<unknown>>;
type Generator = Record<"next" | "return" | "throw", Step>;

function isGenerator(value: unknown): value is Generator {
  return typeof (value as Partial<Generator> | null)?.next === "function";
}

/** A generator runs in the context of whoever takes its next step, so each step is taken in the run's. */
function followGenerator(generator: Generator, entry: Entry): void {
  ABANDONED.register(generator, entry, entry);
  const settle = (end: OperationEnd) => {
    ABANDONED.unregister(entry);
    entry.settle(end);
  };
  const failed = (error: unknown) => {
    settle({ outcome: "error", error });
    throw error;
  };
  const arrived = (result: IteratorResult<unknown>) => {
    if (result.done === true) settle({ outcome: "completed" });
    else entry.onChunk?.(result.value);
    return result;
  };
  const left = (result: IteratorResult<unknown>) => {
    settle({ outcome: "cancelled" });
    return result;
  };
  for (const [name, followed] of [
    ["next", arrived],
    ["throw", arrived],
    ["return", left],
  ] as const) {
    const step = generator[name];
    const value: Step = (...args) =>
      context.with(entry, () => Reflect.apply(step, generator, args)).then(followed, failed);
    Object.defineProperty(generator, name, { value, writable: true, configurable: true });
  }
}
