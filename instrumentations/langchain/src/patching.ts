import type { Target } from "@kit/genai";
import { context } from "@opentelemetry/api";
import { endWhenAborted, follow } from "./follow.js";
import { isKitHandler, type RunHandler } from "./handler.js";
import { followEvents } from "./model-events.js";
import type { Members } from "./names.js";
import { inStream, noteRunning } from "./outcome.js";
import { isInside, Run, type RunKind } from "./run.js";

type Args = readonly unknown[];
type Wrap = Extract<Target, { wrap: unknown }>["wrap"];
/** The instrumentation, as far as its wrappers need it. */
export interface HandlerSource {
  /** What runs are told to; `undefined` while the instrumentation is off. */
  readHandler(): RunHandler | undefined;
}

/** What happens around a call: `proceed` makes it, with the arguments it is given. */
type Around = (
  proceed: (args: Args) => unknown,
  args: Args,
  handler: RunHandler,
  receiver: unknown,
) => unknown;

interface Manager {
  handlers: unknown[];
  copy(additional: unknown[], inherit: boolean): Manager;
  removeHandler(handler: unknown): void;
  getParentRunId?(): string | undefined;
}

/** Replaces a method; while the instrumentation is off, calls go through. */
function around(work: Around): Wrap {
  return (original, instrumentation) =>
    ({
      method(this: unknown, ...args: unknown[]) {
        const handler = (instrumentation as Parameters<Wrap>[1] & HandlerSource).readHandler();
        if (handler === undefined) return Reflect.apply(original, this, args);
        return work((given) => Reflect.apply(original, this, given), args, handler, this);
      },
    }).method;
}

/** `CallbackManager._configureSync`, which every run asks for its handlers: adds ours, unless one of ours is there. */
export const addHandler: Wrap = around((proceed, [inheritable, local, ...rest], handler) => {
  const isThere = [inheritable, local].some((callbacks) => handlersIn(callbacks).some(isKitHandler));
  const inherited = isThere ? inheritable : withHandler(inheritable, handler);
  const manager = proceed([inherited, local, ...rest]) as Manager;
  // One comes down from the runs above and another may be the model's own: the upper one knows the runs.
  const [first, ...others] = manager.handlers.filter(isKitHandler);
  for (const second of others) if (second !== first) manager.removeHandler(second);
  return manager;
});

function handlersIn(callbacks: unknown): readonly unknown[] {
  if (Array.isArray(callbacks)) return callbacks;
  return (callbacks as Manager | null | undefined)?.handlers ?? [];
}

/** The caller's array or manager stays as it is. */
function withHandler(callbacks: unknown, handler: RunHandler): unknown {
  if (Array.isArray(callbacks)) return [...callbacks, handler];
  return callbacks == null ? [handler] : (callbacks as Manager).copy([handler], true);
}

/** `AsyncLocalStorageProviderSingleton.runWithConfig`, through which the library enters what a run does. */
export const enterRun: Wrap = around((proceed, args) => {
  const { callbacks } = (args[0] ?? {}) as { callbacks?: Manager };
  const handler = handlersIn(callbacks).find(isKitHandler);
  const run = handler?.run(callbacks?.getParentRunId?.())?.recorded;
  if (run === undefined || isInside(context.active(), run)) return proceed(args);
  return context.with(run.inside, () => proceed(args));
});

/** `Pregel.stream`, and `streamEvents`, which reads a stream of its own: notes by what their caller can abort them. */
export function noteStream(ofEvents: boolean): Wrap {
  return around((proceed, args) => context.with(inStream(signalIn(args), ofEvents), () => proceed(args)));
}

/** `Pregel._streamIterator`, which gets all that can abort the graph as one signal. */
export const enterGraph: Wrap = around((proceed, args, _, receiver) => {
  noteRunning(signalIn(args));
  return proceedIn(begun("chain", receiver, args), proceed, args);
});

function signalIn([, options]: Args): AbortSignal | undefined {
  return (options as { signal?: AbortSignal } | null | undefined)?.signal;
}

/** `RemoteGraph._streamIterator`, through which all its runs go. */
export const enterRemote: Wrap = around((proceed, args, handler, receiver) => {
  const run = begun("chain", receiver, args);
  handler.startRemote(run);
  return proceedIn(run, proceed, args);
});

/** `BaseChatModel.streamEvents`, which asks the model by itself since core 1.3, but for the older versions of events. */
export const enterEvents: Wrap = around((proceed, args, handler, receiver) => {
  const { version } = (args[1] ?? {}) as { version?: unknown };
  if (version === "v1" || version === "v2") return proceed(args);
  const run = begun("model", receiver, args);
  handler.startEvents(run);
  const events = context.with(run, () => proceed(args));
  followEvents(events as Parameters<typeof followEvents>[0], run);
  return events;
});

/** `AsyncCaller`, by which models keep to their `maxConcurrency`: what waits in its queue has the context of another call. */
export function keepContext(position: number): Wrap {
  return around((proceed, args) =>
    proceed(args.map((arg, index) => (index === position ? context.bind(context.active(), arg) : arg))),
  );
}

/** A method that begins a run, or `several` at once: what happens in it happens in the context of that run. */
export function enter(kind: RunKind, several?: (args: Args) => boolean): Wrap {
  return around((proceed, args, _, receiver) =>
    proceedIn(begun(kind, receiver, args, several?.(args)), proceed, args),
  );
}

/** `transform` of chains that are streamed by it, also as steps of others, whose stream is followed already. */
export const enterAlone: Wrap = around((proceed, args, _, receiver) => {
  const { callbacks } = (args[1] ?? {}) as { callbacks?: Partial<Manager> };
  if (callbacks?.getParentRunId?.() !== undefined) return proceed(args);
  return proceedIn(begun("chain", receiver, args), proceed, args);
});

function begun(kind: RunKind, receiver: unknown, args: Args, several = false): Run {
  return new Run(kind, { receiver: receiver as Members, args, several });
}

function proceedIn(run: Run, proceed: (args: Args) => unknown, args: Args): unknown {
  const result = follow(
    context.with(run, () => proceed(args)),
    run,
  );
  // Tools that wrap a function listen to the signal, but may never settle when it was aborted before that began.
  if (run.streams || typeof run.call?.receiver.func === "function") endWhenAborted(run, signalIn(args));
  return result;
}
