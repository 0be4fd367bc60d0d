import {
  INFERENCE_OFFERED,
  type OperationEnd,
  takeInference,
  unmarkInferenceRecorded,
} from "@kit/genai/framework";
import { type Context, context, createContextKey, trace } from "@opentelemetry/api";
import { readConversation } from "./conversation.js";

/** What a method of the library begins: the run that its callbacks then tell of. */
export type EntryKind = "model" | "tool" | "retriever" | "chain";

/** The key of a context's span, made as the API makes it. */
const SPAN = createContextKey("OpenTelemetry Context Key SPAN");

/**
 * The context inside a method of the library. The run that the method begins is told by a callback only after the
 * method was entered, and LangChain gives callbacks no way to make a context active, so this one takes on the run's
 * context when that is known.
 *
 * A model's run may be left open: the span of the call belongs to the client below if one records it, and is made
 * here as soon as anything else asks for the span it runs in.
 */
export class Entry implements Context {
  readonly kind: EntryKind;
  /** Whether a single run begins here, as nearly always. */
  readonly single: boolean;
  /** The object that the method was called on. */
  receiver: Readonly<Record<string, unknown>>;
  /** What it was called with. */
  args: readonly unknown[];
  /** The context outside of the method. */
  base: Context = beyond(context.active());
  /** Whether the method gave a stream, which tells of its own pieces. */
  streams = false;
  /** How it ended if its stream is collected before anything told of its end. */
  lost: OperationEnd = { outcome: "abandoned" };
  /** Told of every piece that the method streams. */
  onChunk: ((piece: unknown) => void) | undefined;
  /** Told when the method is over, in case no callback tells. */
  onSettled: ((end: OperationEnd) => void) | undefined;
  /** What to let go of when the method is over. */
  onOver: (() => void) | undefined;
  /** Whether a client below records the model call that was offered. */
  taken = false;
  #begun = false;
  #offered = false;
  #open: (() => Context) | undefined;
  #inside: Context | undefined;
  #over = false;

  constructor(kind: EntryKind, receiver: unknown, args: readonly unknown[], single = true) {
    this.kind = kind;
    this.receiver = receiver as Entry["receiver"];
    this.args = args;
    this.single = single;
  }

  /** The entry that a callback of this kind was called in, unless another run has taken it already. */
  static take(kind: EntryKind): Entry | undefined {
    const active = context.active();
    if (!(active instanceof Entry) || active.kind !== kind || (active.single && active.#begun))
      return undefined;
    active.#begun = true;
    return active;
  }

  /** The conversation that its caller's settings tell of. */
  get conversationId(): string | undefined {
    const [, config] = this.args as readonly [unknown, { configurable?: Record<string, unknown> } | null];
    return readConversation(config?.configurable);
  }

  /** From here on this is the context of the run. */
  bind(inside: Context): void {
    if (this.single && !this.#over) this.#inside ??= inside;
  }

  /** Leaves the model call to a client below; `open` makes the span when something else needs it first. */
  offer(base: Context, open: () => Context): void {
    this.base = base;
    this.#offered = true;
    if (this.single) this.#open = open;
  }

  /**
   * The method is over. Sockets and timers that were made in it keep its context for as long as they live, but
   * nothing of what it was called with, or of what was over before it.
   */
  settle(end: OperationEnd): void {
    const told = this.onSettled;
    this.onOver?.();
    this.onSettled = undefined;
    this.onChunk = undefined;
    this.receiver = {};
    this.args = [];
    told?.(end);
    this.#open = undefined;
    this.#offered = false;
    this.#over = true;
    this.base = this.#inside === undefined ? beyond(this.base) : afterwards(this.#inside);
    this.#inside = undefined;
  }

  /** The context that it stands for when the method is over. */
  get afterwards(): Context | undefined {
    return this.#over ? this.base : undefined;
  }

  getValue(key: symbol): unknown {
    if (key === INFERENCE_OFFERED && this.#offered && this.#inside === undefined) return () => this.#take();
    return (key === SPAN ? this.#decided() : (this.#inside ?? this.base)).getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return this.#decided().setValue(key, value);
  }

  deleteValue(key: symbol): Context {
    return this.#decided().deleteValue(key);
  }

  #take(): void {
    this.taken = true;
    this.#open = undefined;
    takeInference(this.base);
  }

  #decided(): Context {
    const open = this.#open;
    this.#open = undefined;
    if (open !== undefined) this.#inside ??= open();
    return this.#inside ?? this.base;
  }
}

/** A context without the entries that are over: each keeps the one before it. */
function beyond(active: Context): Context {
  const instead = active instanceof Entry ? active.afterwards : undefined;
  return instead === undefined ? active : beyond(instead);
}

/** The same place in the trace without the span, which is over, as is the model call that it may have been. */
function afterwards(inside: Context): Context {
  const span = trace.getSpanContext(inside);
  return unmarkInferenceRecorded(span === undefined ? inside : trace.setSpanContext(inside, span));
}
