import {
  guard,
  INFERENCE_OFFERED,
  type OperationEnd,
  type Recorder,
  takeInference,
  unmarkInferenceRecorded,
  withInherited,
} from "@kit/genai/framework";
import { type Context, context, createContextKey, trace } from "@opentelemetry/api";
import type { Members } from "../names.js";
import type { AgentTally } from "./agent-tally.js";
import { readConversation } from "./conversation.js";
import { toEnd } from "./outcome.js";
import type { Beginning, Translation } from "./translation.js";

/** The kinds of runs that have callbacks of their own. */
export type RunKind = "model" | "tool" | "retriever" | "chain";

/** A call of a method that starts one run, or `several` at once. */
export interface Call {
  readonly receiver: Members;
  readonly args: readonly unknown[];
  readonly several: boolean;
}

const RUN = createContextKey("kit.langchain.run");
/** The key of a context's span, created the way the API creates it. */
const SPAN = createContextKey("OpenTelemetry Context Key SPAN");

/**
 * One run of the library (a model, a tool, a retriever, a chain, a graph), recorded or not. It starts when its method is
 * entered, or else with its start callback; it is recorded when its translation says so; and it ends once.
 *
 * A run is also the active context inside its method: the start callback comes only after the method was entered, and
 * cannot change the active context. Until there is a span, the run behaves like the surrounding context; from then on,
 * like the context of the span. Timers and sockets created inside keep this context and may start the next run. So a run
 * that has ended drops its call and everything before it, and keeps only its place in the trace.
 */
export class Run implements Context {
  readonly kind: RunKind;
  /** `undefined` if only a callback reported the run, and once it has ended. */
  call: Call | undefined;
  /** The surrounding context. */
  base: Context;
  /** Whether its method returned a stream, whose chunks are then counted there and not by callbacks. */
  streams = false;
  /** Starts the run of a call that fails before its start callback. */
  startLate: (() => void) | undefined;
  /** The library's name for it. */
  name: string | undefined;
  /** Whether it is a function of the application, which may call anything. */
  isFunction = false;
  /** The agent that it is, or that it runs in. */
  agent: AgentTally | undefined;
  conversationId: string | undefined;
  /** The most tokens from a cache that a piece of its answer told. */
  cached: number | undefined;
  /** Set while it is being recorded. */
  recorder: Recorder | undefined;
  ended = false;
  /** The run of the whole call, if that started several: a client inside cannot tell them apart. */
  #whole: Run;
  #translation: Translation | undefined;
  #startedAt: Beginning["startedAt"];
  #parent: Run | undefined;
  #inside: Context | undefined;
  #onEnd: ((end: OperationEnd) => void)[] = [];
  #started = false;
  /** Whether a client inside may still claim the model call, or has done so. */
  #offer: "open" | "taken" | undefined;

  constructor(kind: RunKind, call?: Call, whole?: Run) {
    this.kind = kind;
    this.call = call;
    this.#whole = whole ?? this;
    this.base = whole?.base ?? context.active();
  }

  /** The run that a start callback of this kind belongs to: that of the method it was called in, or a new one. */
  static reported(kind: RunKind): Run {
    const active = context.active();
    if (!(active instanceof Run) || active.kind !== kind || active.#started || active.call === undefined)
      return new Run(kind);
    if (!active.call.several) return active;
    const part = new Run(kind, active.call, active);
    // The library may forget some when the whole call fails.
    active.onEnd((end) => part.end(end));
    return part;
  }

  /** The nearest recorded run of a context. */
  static in(inner: Context): Run | undefined {
    return inner.getValue(RUN) as Run | undefined;
  }

  /** Its parent and metadata are known now. */
  begin(parent: Run | undefined, metadata: Members | undefined): void {
    const above = parent?.recorded;
    this.#started = true;
    this.#parent = parent;
    this.agent = parent?.agent;
    this.conversationId = readConversation(metadata, this.call?.args) ?? parent?.conversationId;
    const base = baseOf(parent, above, this.base);
    const isInherited = this.conversationId === undefined || this.conversationId === above?.conversationId;
    this.base = isInherited ? base : withInherited({ conversationId: this.conversationId }, base);
  }

  /** Records it when the translation says so; without one, never. */
  follow(translation: Translation | undefined): void {
    this.#translation = translation;
    if (translation === undefined) return;
    if (translation.when === "at once") this.#record();
    else this.#startedAt = { time: Date.now(), mark: performance.now() };
    if (this.kind !== "model" || translation.when === "at once") return;
    this.#whole.base = this.base;
    this.#whole.#offer ??= "open";
  }

  /** A child starts, in this node if the run is a graph. */
  childStarts(node: unknown): void {
    if (this.#translation?.when === "with its first child") this.#record(node);
  }

  /** A model, a tool, a retriever or a graph is about to be called somewhere inside, perhaps by a function. */
  callStarts(kind: RunKind, byFunction = false): void {
    if (this.recorder !== undefined) return;
    const when = this.#translation?.when;
    const calls = byFunction || this.isFunction;
    if (when === "with its first model" && kind === "model") this.#record();
    // What a span of the application's own surrounds has its place in a trace.
    else if (when === "with a function's call" && calls && !isTraced(context.active(), this.base))
      this.#record();
    else this.parent?.callStarts(kind, calls);
  }

  /** A chunk of its answer arrived. */
  chunk(piece: unknown): void {
    this.#recordUnlessTaken();
    this.recorder?.chunk();
    guard("a chunk", () => this.#translation?.chunk?.(piece));
  }

  /** Whether a client inside records the model call. */
  get taken(): boolean {
    return this.#whole.#offer === "taken";
  }

  /** It turned out not to be a call. Has no effect if it is being recorded as one already. */
  ignore(): void {
    if (this.recorder === undefined) this.#translation = undefined;
  }

  onEnd(work: (end: OperationEnd) => void): void {
    this.#onEnd.push(work);
  }

  /** Ends the run. Every call after the first does nothing. */
  end(reported: OperationEnd): void {
    if (this.ended) return;
    if (!this.#started && reported.error !== undefined) this.startLate?.();
    // If it is recorded only at its end, nothing can have happened inside its span.
    const inside = this.recorder !== undefined && this.call !== undefined ? this.inside : this.#inside;
    const { error } = reported;
    const end = (error === undefined ? reported : guard("an end", () => toEnd(error, this.base))) ?? reported;
    this.childStarts(undefined);
    this.#recordUnlessTaken();
    const translation = this.#translation;
    const response = translation?.answer ? guard("an answer", () => translation.answer?.(end)) : end.response;
    this.recorder?.end({ ...end, response });
    this.ended = true;
    this.base = inside === undefined ? withoutEnded(this.base) : afterwards(inside);
    this.#parent = this.parent;
    this.#whole = this;
    this.call = this.startLate = this.recorder = this.#translation = this.#inside = this.#offer = undefined;
    for (const work of this.#onEnd.splice(0)) work(reported);
  }

  /** The nearest run above that has not ended. */
  get parent(): Run | undefined {
    while (this.#parent?.ended === true) this.#parent = this.#parent.#parent;
    return this.#parent;
  }

  /** This run or the nearest one above, whichever has a span. */
  get recorded(): Run | undefined {
    return this.recorder !== undefined ? this : this.parent?.recorded;
  }

  /** The context for what happens inside. Created on demand, because most model runs never need it. */
  get inside(): Context {
    if (this.recorder === undefined) return this.base;
    const { context: own } = this.recorder;
    this.#inside ??= (this.#translation?.within?.(own) ?? own).setValue(RUN, this);
    return this.#inside;
  }

  getValue(key: symbol): unknown {
    if (key === INFERENCE_OFFERED && this.#offer !== undefined && this.recorder === undefined)
      return () => this.#take();
    if (key === SPAN) this.#recordUnlessTaken();
    return this.inside.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    this.#recordUnlessTaken();
    return this.inside.setValue(key, value);
  }

  deleteValue(key: symbol): Context {
    this.#recordUnlessTaken();
    return this.inside.deleteValue(key);
  }

  #take(): void {
    this.#offer = "taken";
    takeInference(this.base);
  }

  /** A model call that no client has claimed is recorded here as soon as anything else needs its span. */
  #recordUnlessTaken(): void {
    if (this.#translation?.when === "if nobody else does" && !this.taken) this.#record();
  }

  #record(node?: unknown): void {
    const translation = this.#translation;
    if (this.recorder !== undefined || translation === undefined) return;
    const at = { parent: this.base, startedAt: this.#startedAt };
    this.recorder = guard("a run", () => translation.record(at, node));
  }
}

function isTraced(...contexts: readonly Context[]): boolean {
  return contexts.some((each) => trace.getSpan(each) !== undefined);
}

/** Whether a context lies inside a run. */
export function isInside(inner: Context, run: Run): boolean {
  let found = Run.in(inner);
  while (found !== undefined && found !== run) found = found.parent;
  return found !== undefined;
}

/**
 * The context that a run starts in. That is the active one, which also holds the application's own spans, unless the
 * context was lost on the way from the parent, or the parent is a chain without a span, which is never active.
 */
function baseOf(parent: Run | undefined, above: Run | undefined, active: Context): Context {
  if (above !== undefined) return isInside(active, above) ? active : above.inside;
  return parent === undefined || trace.getSpan(active) !== undefined ? active : parent.base;
}

/** The context without runs that have ended, each of which would hold the one before it. */
function withoutEnded(active: Context): Context {
  return active instanceof Run && active.ended ? withoutEnded(active.base) : active;
}

/** The same place in the trace, without the ended span and without the mark of a recorded model call. */
function afterwards(inside: Context): Context {
  const span = trace.getSpanContext(inside);
  return unmarkInferenceRecorded(span === undefined ? inside : trace.setSpanContext(inside, span));
}
