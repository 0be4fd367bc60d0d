import {
  INFERENCE_OFFERED,
  type OperationEnd,
  type Recorder,
  takeInference,
  unmarkInferenceRecorded,
  withInherited,
} from "@kit/genai/framework";
import { type Context, context, createContextKey, trace } from "@opentelemetry/api";
import type { AgentTally } from "./agent-tally.js";
import { readConversation } from "./conversation.js";
import { guard } from "./guard.js";
import type { Members } from "./names.js";
import { toEnd } from "./outcome.js";
import type { Beginning, Translation } from "./translation.js";

/** What runs, by the callbacks that tell of it. */
export type RunKind = "model" | "tool" | "retriever" | "chain";

/** A call of a method that begins a run, or several at once. */
export interface Call {
  readonly receiver: Members;
  readonly args: readonly unknown[];
  readonly several: boolean;
}

const RUN = createContextKey("kit.langchain.run");
/** The key of a context's span, made as the API makes it. */
const SPAN = createContextKey("OpenTelemetry Context Key SPAN");

/**
 * One run of the library, recorded or not: a model, a tool, a retriever, a chain, a graph. It begins when its method is
 * entered, or else with the callback that tells of it, is recorded when its translation says so, and ends once.
 *
 * It is the context inside its method too: the callback comes only when the method was entered, and cannot make a
 * context active. So this one stands for the context around the method until there is a span, and for the span's from
 * then on. Timers and sockets that were made inside keep it, and may start the next run, which is kept in the same way:
 * so when it is over it lets go of what it was about and of all that was before it, and keeps its place in the trace.
 */
export class Run implements Context {
  readonly kind: RunKind;
  /** The call that it began with; `undefined` where only a callback tells of it, and when it is over. */
  call: Call | undefined;
  /** The context around it. */
  base: Context;
  /** Whether its method gave a stream, which tells of its own pieces. */
  streams = false;
  /** What the library calls it. */
  name: string | undefined;
  /** The agent it is, or belongs to. */
  agent: AgentTally | undefined;
  conversationId: string | undefined;
  /** Records it, from when that begins until it ends. */
  recorder: Recorder | undefined;
  over = false;
  /** What it is a part of, if several began at once: which of them a client below works for nobody can tell. */
  #whole: Run;
  #translation: Translation | undefined;
  #startedAt: Beginning["startedAt"];
  #parent: Run | undefined;
  #inside: Context | undefined;
  #onOver: (() => void)[] = [];
  #told = false;
  /** Whether a client below may tell that it records the model's call, or did. */
  #offer: "open" | "taken" | undefined;

  constructor(kind: RunKind, call?: Call, whole?: Run) {
    this.kind = kind;
    this.call = call;
    this.#whole = whole ?? this;
    this.base = whole?.base ?? beyond(context.active());
  }

  /** The run that a callback of this kind tells of: the one whose method it is called in, or one without. */
  static told(kind: RunKind): Run {
    const active = context.active();
    if (!(active instanceof Run) || active.kind !== kind || active.#told || active.call === undefined)
      return new Run(kind);
    return active.call.several ? new Run(kind, active.call, active) : active;
  }

  /** The nearest run that is recorded in a context. */
  static in(inner: Context): Run | undefined {
    return inner.getValue(RUN) as Run | undefined;
  }

  /** What is above it is known, and what it tells of itself. */
  begin(parent: Run | undefined, metadata: Members | undefined): void {
    const above = parent?.recorded;
    this.#told = true;
    this.#parent = parent;
    this.agent = parent?.agent;
    this.conversationId = readConversation(metadata, this.call?.args) ?? parent?.conversationId;
    const base = baseOf(parent, above, this.base);
    const isKnown = this.conversationId === undefined || this.conversationId === above?.conversationId;
    this.base = isKnown ? base : withInherited({ conversationId: this.conversationId }, base);
  }

  /** Records it when its translation says so; without one it is plumbing. */
  follow(translation: Translation | undefined): void {
    this.#translation = translation;
    if (translation === undefined) return;
    if (translation.when === "at once") this.#record();
    else this.#startedAt = { time: Date.now(), mark: performance.now() };
    if (this.kind !== "model" || translation.when === "at once") return;
    this.#whole.base = this.base;
    this.#whole.#offer ??= "open";
  }

  /** Something below it begins, in a node if it is a graph. */
  beginBelow(node: unknown): void {
    if (this.#translation?.when === "with its first child") this.#record(node);
  }

  /** A model below it is about to be asked. */
  askBelow(): void {
    if (this.recorder !== undefined) return;
    if (this.#translation?.when === "with its first model") this.#record();
    else this.parent?.askBelow();
  }

  /** A piece of its answer came. */
  chunk(piece: unknown): void {
    this.#recordUnlessTaken();
    this.recorder?.chunk();
    guard(() => this.#translation?.chunk?.(piece));
  }

  /** Whether a client below records the model's call. */
  get taken(): boolean {
    return this.#whole.#offer === "taken";
  }

  /** It is no call after all, unless it is recorded as one already. */
  ignore(): void {
    if (this.recorder === undefined) this.#translation = undefined;
  }

  /** To be done when it is over. */
  onOver(work: () => void): void {
    this.#onOver.push(work);
  }

  /** Ends once, whoever tells first. */
  end(told: OperationEnd): void {
    if (this.over) return;
    // Of what was recorded only now nobody can have been inside.
    const inside = this.recorder !== undefined && this.call !== undefined ? this.inside : this.#inside;
    const end = (told.error === undefined ? told : guard(() => toEnd(told.error, this.base))) ?? told;
    this.beginBelow(undefined);
    this.#recordUnlessTaken();
    const translation = this.#translation;
    const response = translation?.answer ? guard(() => translation.answer?.(end)) : end.response;
    this.recorder?.end({ ...end, response });
    this.over = true;
    this.base = inside === undefined ? beyond(this.base) : afterwards(inside);
    this.#parent = this.parent;
    this.#whole = this;
    this.call = this.recorder = this.#translation = this.#inside = this.#offer = undefined;
    for (const work of this.#onOver.splice(0)) work();
  }

  /** The nearest run above that is not over. */
  get parent(): Run | undefined {
    while (this.#parent?.over === true) this.#parent = this.#parent.#parent;
    return this.#parent;
  }

  /** The nearest run that has a span: this one, or one above. */
  get recorded(): Run | undefined {
    return this.recorder !== undefined ? this : this.parent?.recorded;
  }

  /** Context in which what it does happens. Made when asked for: in most models' runs nobody does. */
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

  /** What nobody took is recorded here, as soon as anything else asks for the span it runs in. */
  #recordUnlessTaken(): void {
    if (this.#translation?.when === "if nobody else does" && !this.taken) this.#record();
  }

  #record(node?: unknown): void {
    const translation = this.#translation;
    if (this.recorder !== undefined || translation === undefined) return;
    this.recorder = guard(() => translation.record({ parent: this.base, startedAt: this.#startedAt }, node));
  }
}

/** Whether a context lies inside what a run does. */
export function isInside(inner: Context, run: Run): boolean {
  let found = Run.in(inner);
  while (found !== undefined && found !== run) found = found.parent;
  return found !== undefined;
}

/**
 * The active context is the nearest, for it also holds the application's own spans, unless it was lost on the way
 * from the run above, or that is a chain, which nothing makes active.
 */
function baseOf(parent: Run | undefined, above: Run | undefined, active: Context): Context {
  if (above !== undefined) return isInside(active, above) ? active : above.inside;
  return parent === undefined || trace.getSpan(active) !== undefined ? active : parent.base;
}

/** A context without the runs that are over: each keeps the one before it. */
function beyond(active: Context): Context {
  return active instanceof Run && active.over ? beyond(active.base) : active;
}

/** The same place in the trace without the span, which is over, as is the model call that it may have been. */
function afterwards(inside: Context): Context {
  const span = trace.getSpanContext(inside);
  return unmarkInferenceRecorded(span === undefined ? inside : trace.setSpanContext(inside, span));
}
