import type { Target } from "@kit/genai";
import { context } from "@opentelemetry/api";
import { translateRemote } from "../chain/chain.js";
import { isKitHandler, type RunHandler } from "../handler.js";
import { translateEvents } from "../model/model-events.js";
import type { Members } from "../names.js";
import { inStream, noteRunning } from "../run/outcome.js";
import { isInside, Run, type RunKind } from "../run/run.js";
import { translateTool } from "../tool.js";
import { endWhenAborted, follow } from "./follow.js";

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
const noteStream: Wrap = around((proceed, args) =>
  context.with(inStream(signalIn(args)), () => proceed(args)),
);

function signalIn([, options]: Args): AbortSignal | undefined {
  return (options as { signal?: AbortSignal } | null | undefined)?.signal;
}

/** `AsyncCaller`, whose queue for `maxConcurrency` would run the function at `position` in the context of another call. */
function keepContext(position: number): Wrap {
  return around((proceed, args) =>
    proceed(args.map((arg, index) => (index === position ? context.bind(context.active(), arg) : arg))),
  );
}

interface Entry {
  /** Whether a call starts several runs. */
  several?(args: Args): boolean;
  /** Whether a call is left alone. */
  skips?(args: Args): boolean;
  /** Prepares the run, if not every call has callbacks. */
  prepare?(run: Run, handler: RunHandler): void;
}

/** A method that starts runs of this kind: what happens inside the method happens in the context of its run. */
function enter(kind: RunKind, { several, skips, prepare }: Entry = {}): Wrap {
  return around((proceed, args, handler, receiver) => {
    if (skips?.(args) === true) return proceed(args);
    noteRunning(signalIn(args));
    const run = new Run(kind, { receiver: receiver as Members, args, several: several?.(args) ?? false });
    prepare?.(run, handler);
    return proceedIn(run, () => proceed(args));
  });
}

function proceedIn(run: Run, proceed: () => unknown): unknown {
  const { receiver, args = [] } = run.call ?? {};
  let result: unknown;
  try {
    result = context.with(run, proceed);
  } catch (error) {
    run.end({ outcome: "error", error });
    throw error;
  }
  const followed = follow(result, run);
  // Tools that wrap a function may never settle when they are aborted before the function is called.
  if (run.streams || typeof receiver?.func === "function") endWhenAborted(run, signalIn(args));
  return followed;
}

const model = enter("model", {
  several: ([inputs]) => !Array.isArray(inputs) || inputs.length !== 1,
});
const chain = enter("chain");

/** Since core 1.3, events of a chat model have no callbacks unless an older version of them is asked for. */
const events = enter("model", {
  skips: ([, options]) => ["v1", "v2"].includes((options as { version?: string } | undefined)?.version ?? ""),
  prepare: (run, handler) => handler.startUnreported(run, translateEvents),
});

/** Input that does not match the tool's schema fails before any callback. */
const tool = enter("tool", {
  prepare(run, handler) {
    const input = run.call?.args[0];
    run.startLate = () =>
      handler.startUnreported(run, (_, telemetry) => translateTool(run, telemetry, { input }));
  },
});

/** All methods of a remote graph use this one, and it has no callbacks. */
const remote = enter("chain", {
  prepare: (run, handler) => handler.startUnreported(run, translateRemote),
});

/** Chains that are called or streamed by themselves. As steps of another chain they are followed with that one. */
const alone = enter("chain", {
  skips: ([, options]) =>
    (options as { callbacks?: Partial<Manager> } | undefined)?.callbacks?.getParentRunId?.() !== undefined,
});

/** The methods of the library's classes that are wrapped, beside the two that all runs go through. */
export const METHODS: readonly (readonly [className: string, method: string, wrap: Wrap])[] = [
  ["BaseChatModel", "generate", model],
  ["BaseChatModel", "_streamIterator", enter("model")],
  ["BaseChatModel", "streamEvents", events],
  ["BaseLLM", "generate", model],
  ["BaseLLM", "_streamIterator", enter("model")],
  ["AsyncCaller", "call", keepContext(0)],
  ["AsyncCaller", "callWithOptions", keepContext(1)],
  ["StructuredTool", "call", tool],
  ["BaseRetriever", "invoke", enter("retriever")],
  ["Runnable", "streamEvents", noteStream],
  ["RunnableSequence", "invoke", chain],
  ["RunnableSequence", "_streamIterator", chain],
  // When they are aborted or left, the library forgets their runs.
  ["RunnableWithFallbacks", "invoke", chain],
  ["RunnableWithFallbacks", "batch", enter("chain", { several: () => true })],
  ["RunnableWithFallbacks", "_streamIterator", chain],
  ["RunnableBranch", "_streamIterator", chain],
  ["RunnableLambda", "invoke", alone],
  ["RunnableLambda", "transform", alone],
  ["RunnableMap", "transform", alone],
  ["RunnableAssign", "transform", alone],
  ["AgentExecutor", "_streamIterator", chain],
  ["Graph", "stream", noteStream],
  ["Graph", "streamEvents", noteStream],
  ["Graph", "_streamIterator", chain],
  ["RemoteGraph", "_streamIterator", remote],
];
