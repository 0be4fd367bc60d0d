import type { Target } from "@kit/genai";
import { context } from "@opentelemetry/api";
import { endWhenAborted, follow } from "./follow.js";
import { isKitHandler, type RunHandler } from "./handler.js";
import { readAsked } from "./model-events.js";
import type { Members } from "./names.js";
import { inStream, noteRunning } from "./outcome.js";
import { translateRemote } from "./remote.js";
import { isInside, Run, type RunKind } from "./run.js";
import { translateTool } from "./tool.js";

type Args = readonly unknown[];
type Wrap = Extract<Target, { wrap: unknown }>["wrap"];

/** What wrappers need of the instrumentation. */
export interface HandlerSource {
  /** The handler that runs report to; `undefined` while the instrumentation is disabled. */
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

/** Wraps a method. While the instrumentation is disabled, calls go straight through. */
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

/** `CallbackManager._configureSync`, where every run gets its handlers. Adds ours, unless one of ours is there. */
export const addHandler: Wrap = around((proceed, [inheritable, local, ...rest], handler) => {
  const isThere = [inheritable, local].some((callbacks) => handlersIn(callbacks).some(isKitHandler));
  const inherited = isThere ? inheritable : withHandler(inheritable, handler);
  const manager = proceed([inherited, local, ...rest]) as Manager;
  // One may be inherited and another the model's own; the inherited one knows the runs above.
  const [first, ...others] = manager.handlers.filter(isKitHandler);
  for (const second of others) if (second !== first) manager.removeHandler(second);
  return manager;
});

function handlersIn(callbacks: unknown): readonly unknown[] {
  if (Array.isArray(callbacks)) return callbacks;
  return (callbacks as Manager | null | undefined)?.handlers ?? [];
}

/** A copy: the caller's array or manager stays as it is. */
function withHandler(callbacks: unknown, handler: RunHandler): unknown {
  if (Array.isArray(callbacks)) return [...callbacks, handler];
  return callbacks == null ? [handler] : (callbacks as Manager).copy([handler], true);
}

/** `AsyncLocalStorageProviderSingleton.runWithConfig`, in which the library runs the work of a run. */
export const enterRun: Wrap = around((proceed, args) => {
  const { callbacks } = (args[0] ?? {}) as { callbacks?: Manager };
  const handler = handlersIn(callbacks).find(isKitHandler);
  const run = handler?.runs.get(callbacks?.getParentRunId?.())?.recorded;
  if (run === undefined || isInside(context.active(), run)) return proceed(args);
  return context.with(run.inside, () => proceed(args));
});

/** `streamEvents` and `Pregel.stream`: notes the caller's own signal, to tell an abort from a reader that leaves. */
export const noteStream: Wrap = around((proceed, args) =>
  context.with(inStream(signalIn(args)), () => proceed(args)),
);

function signalIn([, options]: Args): AbortSignal | undefined {
  return (options as { signal?: AbortSignal } | null | undefined)?.signal;
}

/** `RemoteGraph._streamIterator`, which all of its methods use. */
export const enterRemote: Wrap = around((proceed, args, handler, receiver) => {
  const run = begun("chain", receiver, args);
  handler.startUnreported(run, translateRemote);
  return proceedIn(run, proceed, args);
});

/** `BaseChatModel.streamEvents`, which since core 1.3 has no callbacks unless an older version of events is asked for. */
export const enterEvents: Wrap = around((proceed, args, handler, receiver) => {
  const { version } = (args[1] ?? {}) as { version?: unknown };
  if (version === "v1" || version === "v2") return proceed(args);
  const run = begun("model", receiver, args);
  run.streams = true;
  handler.startUnreported(run, (_, telemetry) =>
    handler.translateModel(run, telemetry, readAsked(receiver as Members, args)),
  );
  return proceedIn(run, proceed, args);
});

/** `StructuredTool.call`, whose callbacks are not called if the input does not match the tool's schema. */
export const enterTool: Wrap = around((proceed, args, handler, receiver) => {
  const run = begun("tool", receiver, args);
  run.startLate = () =>
    handler.startUnreported(run, (_, telemetry) => translateTool(run, telemetry, { input: args[0] }));
  return proceedIn(run, proceed, args);
});

/** `AsyncCaller`, whose queue for `maxConcurrency` would run the function at `position` in the context of another call. */
export function keepContext(position: number): Wrap {
  return around((proceed, args) =>
    proceed(args.map((arg, index) => (index === position ? context.bind(context.active(), arg) : arg))),
  );
}

/** A method that starts a run, or `several`: what happens inside the method happens in the context of that run. */
export function enter(kind: RunKind, several?: (args: Args) => boolean): Wrap {
  return around((proceed, args, _, receiver) =>
    proceedIn(begun(kind, receiver, args, several?.(args)), proceed, args),
  );
}

/** `transform` of chains that are streamed by themselves. As steps of another chain they are followed with that one. */
export const enterAlone: Wrap = around((proceed, args, _, receiver) => {
  const { callbacks } = (args[1] ?? {}) as { callbacks?: Partial<Manager> };
  if (callbacks?.getParentRunId?.() !== undefined) return proceed(args);
  return proceedIn(begun("chain", receiver, args), proceed, args);
});

function begun(kind: RunKind, receiver: unknown, args: Args, several = false): Run {
  noteRunning(signalIn(args));
  return new Run(kind, { receiver: receiver as Members, args, several });
}

function proceedIn(run: Run, proceed: (args: Args) => unknown, args: Args): unknown {
  let result: unknown;
  try {
    result = context.with(run, () => proceed(args));
  } catch (error) {
    run.end({ outcome: "error", error });
    throw error;
  }
  const followed = follow(result, run);
  // Tools that wrap a function may never settle when they are aborted before the function is called.
  if (run.streams || typeof run.call?.receiver.func === "function") endWhenAborted(run, signalIn(args));
  return followed;
}
