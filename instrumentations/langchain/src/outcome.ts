import type { OperationEnd } from "@kit/genai";
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

/** How the caller of a stream can abort it; `ofEvents` as long as the stream that the events are read off is to come. */
interface Stream {
  readonly signal: unknown;
  readonly ofEvents: boolean;
}

function readStream(within: Context): Stream | undefined {
  return within.getValue(STREAM) as Stream | undefined;
}

/** A context in which a graph streams whose caller can abort it by `signal` alone. */
export function inStream(signal: unknown): Context {
  const parent = context.active();
  const outer = readStream(parent);
  const stream: Stream = { signal: outer?.ofEvents === true ? outer.signal : signal, ofEvents: false };
  return parent.setValue(STREAM, stream);
}

/** A context in which a graph makes events, out of a stream of its own. */
export function inEvents(signal: unknown): Context {
  return context.active().setValue(STREAM, { signal, ofEvents: true } satisfies Stream);
}

/** Reads how a run that began in a context ended from what it threw. */
export function toEnd(error: unknown, parent: Context): OperationEnd {
  const { name, message, constructor: type, is_bubble_up: bubbles } = (error ?? {}) as ErrorLike;
  // A command to the graph above is a result; an interrupt waits for somebody.
  if (name === "ParentCommand") return { outcome: "completed" };
  if (bubbles === true || name === "GraphInterrupt" || name === "NodeInterrupt")
    return { outcome: "cancelled" };
  const isAbort =
    ABORTS.includes(String(name)) || ABORTS.includes(type?.name ?? "") || SAID.includes(String(message));
  if (!isAbort) return { outcome: "error", error };
  // The graph aborts itself when the reader of its stream leaves, which is no failure.
  const stream = readStream(parent);
  const isLeft = stream !== undefined && (stream.signal as AbortSignal | undefined)?.aborted !== true;
  return isLeft ? { outcome: "cancelled" } : { outcome: "aborted", error };
}
