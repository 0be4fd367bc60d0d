import { type OperationEnd, READER_LEFT } from "@kit/genai/framework";
import { type Context, context, createContextKey } from "@opentelemetry/api";

interface ErrorLike {
  name?: unknown;
  message?: unknown;
  /** Set on what LangGraph throws to leave a node, which is no failure. */
  is_bubble_up?: unknown;
  constructor?: { name?: string };
}

/** Names of abort errors, or the messages of those of the library that have no name. */
const ABORTS: readonly unknown[] = ["AbortError", "APIUserAbortError", "ModelAbortError", "Abort", "Aborted"];

const STREAM = createContextKey("kit.langchain.stream");

/** The signals that can abort what is streamed. */
interface Stream {
  readonly outer: Stream | undefined;
  /** The caller's own. */
  readonly signal: AbortSignal | undefined;
  /**
   * The one that the streamed run gets, `null` if none. It follows the caller's, the time limit's, and one that the
   * library aborts when the reader leaves. Absent until the run starts.
   */
  running?: AbortSignal | null;
}

function readStream(within: Context): Stream | undefined {
  return within.getValue(STREAM) as Stream | undefined;
}

/** A context for a stream that its caller can abort by `signal` alone. */
export function inStream(signal: AbortSignal | undefined): Context {
  const parent = context.active();
  const outer = readStream(parent);
  // Events are made from an inner stream, whose signal is no longer the caller's.
  if (outer !== undefined && outer.running === undefined) return parent;
  const stream: Stream = { outer, signal };
  // A client inside knows only that its call was aborted.
  return parent.setValue(STREAM, stream).setValue(READER_LEFT, () => isLeft(stream));
}

/** Notes the signal of a run that starts in the active context: the streamed one, if it is the first. */
export function noteRunning(signal: AbortSignal | undefined): void {
  const stream = readStream(context.active());
  if (stream !== undefined && stream.running === undefined) stream.running = signal ?? null;
}

function isTimeout(reason: unknown): boolean {
  return (reason as ErrorLike | null | undefined)?.name === "TimeoutError";
}

/** Whether the reader left: the library then aborts the run, and with it the streams inside. */
function isLeft(stream: Stream | undefined): boolean {
  if (stream?.running?.aborted !== true || isTimeout(stream.running.reason)) return false;
  return stream.signal?.aborted !== true || isLeft(stream.outer);
}

/** Reads from what a run threw how it ended; `within` is the context that it started in. */
export function toEnd(error: unknown, within: Context): OperationEnd {
  const { name, message, constructor: type, is_bubble_up: bubbles } = (error ?? {}) as ErrorLike;
  // A command to the parent graph is a result; an interrupt waits for somebody.
  if (name === "ParentCommand") return { outcome: "completed" };
  if (bubbles === true || name === "GraphInterrupt" || name === "NodeInterrupt")
    return { outcome: "cancelled" };
  if (![name, type?.name, message].some((word) => ABORTS.includes(word))) return { outcome: "error", error };
  const stream = readStream(within);
  const reason: unknown = stream?.running?.reason;
  if (isTimeout(reason)) return { outcome: "error", error: reason };
  if (isLeft(stream)) return { outcome: "cancelled" };
  // The signal's reason has a name, which the library's error lacks.
  return { outcome: "aborted", error: typeof reason === "object" && reason !== null ? reason : error };
}
