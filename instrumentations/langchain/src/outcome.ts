import type { OperationEnd } from "@kit/genai/framework";
import { type Context, context, createContextKey } from "@opentelemetry/api";

interface ErrorLike {
  name?: unknown;
  message?: unknown;
  /** Of what LangGraph throws to leave a node: not failures. */
  is_bubble_up?: unknown;
  constructor?: { name?: string };
}

const ABORTS = ["AbortError", "APIUserAbortError", "ModelAbortError"];
/** What the library says of an abort in errors that have no name of their own. */
const SAID = ["Abort", "Aborted", "AbortError"];

const STREAM = createContextKey("kit.langchain.stream");

/** What can abort a graph that streams. */
interface Stream {
  readonly outer: Stream | undefined;
  /** The caller's own. */
  readonly signal: AbortSignal | undefined;
  /** Whether it makes events, out of a stream of its own that is to come. */
  readonly ofEvents: boolean;
  /** The graph's: the caller's, a time limit's, and what the library aborts when the reader leaves. */
  running?: AbortSignal | undefined;
}

function readStream(within: Context): Stream | undefined {
  return within.getValue(STREAM) as Stream | undefined;
}

/** A context in which a graph streams, or makes events, whose caller can abort it by `signal` alone. */
export function inStream(signal: AbortSignal | undefined, ofEvents: boolean): Context {
  const parent = context.active();
  const outer = readStream(parent);
  const callers = outer?.ofEvents === true ? outer.signal : signal;
  return parent.setValue(STREAM, { outer, signal: callers, ofEvents } satisfies Stream);
}

/** Notes by what a graph is aborted that begins in the active context. */
export function noteRunning(signal: AbortSignal | undefined): void {
  const stream = readStream(context.active());
  if (stream !== undefined) stream.running ??= signal;
}

/** The graph aborts itself when the reader of its stream leaves, and with it the graphs inside. */
function isLeft(stream: Stream | undefined): boolean {
  if (stream?.running?.aborted !== true) return false;
  return stream.signal?.aborted !== true || isLeft(stream.outer);
}

/** Reads how a run that began in a context ended from what it threw. */
export function toEnd(error: unknown, within: Context): OperationEnd {
  const { name, message, constructor: type, is_bubble_up: bubbles } = (error ?? {}) as ErrorLike;
  // A command to the graph above is a result; an interrupt waits for somebody.
  if (name === "ParentCommand") return { outcome: "completed" };
  if (bubbles === true || name === "GraphInterrupt" || name === "NodeInterrupt")
    return { outcome: "cancelled" };
  const isAbort =
    ABORTS.includes(String(name)) || ABORTS.includes(type?.name ?? "") || SAID.includes(String(message));
  if (!isAbort) return { outcome: "error", error };
  const stream = readStream(within);
  const reason: unknown = stream?.running?.reason;
  if ((reason as ErrorLike | undefined)?.name === "TimeoutError") return { outcome: "error", error: reason };
  if (isLeft(stream)) return { outcome: "cancelled" };
  // The library says it in an error without a name.
  return { outcome: "aborted", error: typeof reason === "object" && reason !== null ? reason : error };
}
