import type { OperationEnd } from "@kit/genai";
import { type Context, createContextKey } from "@opentelemetry/api";

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

/** A context in which a graph streams whose caller can abort it by `signal` alone. */
export function inStream(parent: Context, signal: unknown): Context {
  return parent.setValue(STREAM, { signal });
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
  const stream = parent.getValue(STREAM) as { signal?: AbortSignal } | undefined;
  return stream !== undefined && stream.signal?.aborted !== true
    ? { outcome: "cancelled" }
    : { outcome: "aborted", error };
}
