import { type OperationEnd, type Recorder, withInherited } from "@kit/genai/framework";
import { type Context, context, createContextKey, diag, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import type { AgentTally } from "./agent-tally.js";
import type { Entry } from "./entry.js";

const RUN = createContextKey("kit.langchain.run");

/** Runs that are followed at the same time; beyond that the oldest is given up. */
export const MAX_RUNS = 10_000;

/** When a run began that is recorded later, on both clocks. */
export function now() {
  return { time: Date.now(), mark: performance.now() };
}

/** What there is to do for a run, other than to record it. */
export interface Work {
  /** It ends, and with it its recorder. */
  end(end: OperationEnd): void;
  /** A callback tells of a piece of its answer, also of one that streams by itself. */
  chunk?(token: string): void;
  /** Completes the context of its span. */
  within?(context: Context): Context;
}

/**
 * One run of the library, recorded or not: a model, a tool, a retriever, a chain, a graph. Timers and sockets that it
 * leaves behind keep it, and may start the next one, which is kept in the same way: so when it is over it lets go of
 * what it was about and of all that was before it.
 */
export class Run {
  #parent: Run | undefined;
  /** Context in which it began. */
  base: Context;
  /** Records it, until it ends. */
  recorder: Recorder | undefined;
  ended = false;
  /** The agent it is, or belongs to. */
  agent: AgentTally | undefined;
  readonly conversationId: string | undefined;
  /** What the library calls it. */
  name: string | undefined;
  /** Whether its answer came out of a cache. */
  cached = false;
  work: Work | undefined;
  /** Records it late: told of the node in which the first thing below it begins, or of its end. */
  onFirst: ((node: unknown) => void) | undefined;
  /** Records it late: a model below it, with no other recorded run between, is about to be asked. */
  onModel: (() => void) | undefined;

  /** The context of its span, once it has one. */
  #span: Context | undefined;
  #inside: Context | undefined;

  constructor(parent: Run | undefined, entry?: Entry, conversationId = parent?.conversationId) {
    const above = parent?.recorded;
    const base = baseOf(parent, above, entry?.base ?? context.active());
    this.#parent = parent;
    this.agent = parent?.agent;
    this.conversationId = conversationId;
    const isKnown = conversationId === undefined || conversationId === above?.conversationId;
    this.base = isKnown ? base : withInherited({ conversationId }, base);
  }

  /** The nearest run above that is not over. */
  get parent(): Run | undefined {
    while (this.#parent?.ended === true) this.#parent = this.#parent.#parent;
    return this.#parent;
  }

  /** It is recorded: what it does belongs to the recorder's span. */
  record(recorder: Recorder): void {
    this.recorder = recorder;
    this.#span = recorder.context;
  }

  /** Context in which what it does happens. Made when asked for: in most models' runs nobody does. */
  get inside(): Context {
    if (this.#span === undefined) return this.base;
    this.#inside ??= (this.work?.within?.(this.#span) ?? this.#span).setValue(RUN, this);
    return this.#inside;
  }

  /** Something below it begins, in a node if it is a graph. */
  begin(node: unknown): void {
    const { onFirst } = this;
    this.onFirst = undefined;
    onFirst?.(node);
  }

  /** A model below it is about to be asked. */
  ask(): void {
    if (this.recorder !== undefined) return;
    const { onModel } = this;
    this.onModel = undefined;
    if (onModel !== undefined) onModel();
    else this.parent?.ask();
  }

  /** Ends once, whoever tells first. */
  end(end: OperationEnd): void {
    this.begin(undefined);
    const { work } = this;
    if (work !== undefined) work.end(end);
    else this.recorder?.end(end);
    this.ended = true;
    this.recorder = undefined;
    this.work = undefined;
    this.onModel = undefined;
    this.base = ROOT_CONTEXT;
    this.#span = undefined;
    this.#inside = undefined;
    this.#parent = this.parent;
  }

  /** Whether anything comes of its end. */
  get followed(): boolean {
    return (this.work ?? this.onFirst ?? this.recorder) !== undefined;
  }

  /** The nearest run that has a span: this one, or one above. */
  get recorded(): Run | undefined {
    return this.#span !== undefined ? this : this.parent?.recorded;
  }
}

/** Whether a context lies inside what a run does. */
export function isInside(inner: Context, run: Run): boolean {
  let found = inner.getValue(RUN) as Run | undefined;
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

/** The runs under way, by the library's ids. Bounded, because a run that nobody finishes never tells of its end. */
export class Runs {
  readonly #runs = new Map<string, Run>();

  get(id: string | undefined): Run | undefined {
    return id === undefined ? undefined : this.#runs.get(id);
  }

  add(id: string, run: Run): void {
    if (this.#runs.size >= MAX_RUNS) this.#abandonOldest();
    this.#runs.set(id, run);
  }

  take(id: string): Run | undefined {
    const run = this.#runs.get(id);
    this.#runs.delete(id);
    return run;
  }

  #abandonOldest(): void {
    for (const [id, run] of this.#runs) {
      this.#runs.delete(id);
      diag.debug("a run that did not end in time is given up");
      run.end({ outcome: "abandoned" });
      return;
    }
  }
}
