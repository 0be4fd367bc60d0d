import {
  ATTR,
  describeError,
  type ErrorDescription,
  type Inherited,
  isTracingSuppressed,
  KIT_ATTR,
  type LocalDurations,
  withInherited,
  withoutSecrets,
} from "@kit/genai/core";
import {
  type Attributes,
  type AttributeValue,
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  type Span,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { attempt } from "../attempt.js";
import { follow, keepInside } from "../follow/follow.js";
import type { Followed } from "../follow/followed.js";
import { toSafeJson } from "../safe-json.js";
import { currentDurations } from "../telemetry.js";
import type { Description } from "./kinds.js";
import { durationOf, inheritedBy, startSpan } from "./start-span.js";

/** Work in progress: one open span, and the context in which what belongs to it runs. */
export interface Scope extends Disposable, AsyncDisposable {
  /** 16 hexadecimal digits; all zero if nothing is recorded. */
  readonly spanId: string;
  /** 32 hexadecimal digits; all zero if nothing is recorded. */
  readonly traceId: string;
  /** For `context.with` and the like: spans that start in it become children. */
  readonly context: Context;
  /**
   * Runs a function inside the scope and returns its result. Spans that start in it, also after an `await`, become
   * children. An exception marks the scope as failed and is rethrown. Does not end the scope.
   */
  run<T>(work: () => T): T;
  /** Ends the scope; as failed, if an error is given. Every call after the first does nothing. */
  end(error?: unknown): void;
}

/** How a scope is opened. */
export interface Opening {
  /** @default the active context */
  readonly parent?: Context | undefined;
  /** Starts a new trace, linked to the surrounding span. */
  readonly root?: boolean | undefined;
  /** The arguments, if they are to be recorded. */
  readonly args?: readonly unknown[] | undefined;
  /** Whether to record what the work returns. */
  readonly captureReturn?: boolean | undefined;
}

/** Longest JSON of arguments and results. */
const MAX_CAPTURED = 500;

/** Scopes whose end depends on an object of the application: a paused iteration, a promise nobody awaits. */
const COLLECTED = new FinalizationRegistry<OpenScope>((scope) => {
  scope.leave("abandoned");
  scope.end();
});

/** The implementation of every scope; subclasses add what differs between sessions, jobs and functions. */
export class OpenScope implements Scope, Followed {
  readonly #description: Description;
  readonly #span: Span;
  /** The surrounding agent, if the operation has an attribute for it. */
  readonly #agent: AttributeValue | undefined;
  readonly #durations: LocalDurations | undefined;
  readonly #startedAt: number;
  readonly #captureReturn: boolean;
  #context: Context;
  #atEnd: Attributes | undefined;
  #failure: ErrorDescription | undefined;
  #watched = false;
  #ended = false;

  constructor(description: Description, opening: Opening = {}) {
    const parent = opening.parent ?? context.active();
    const recorded = !isTracingSuppressed(parent);
    const inherited = inheritedBy(description, parent);
    this.#description = description;
    this.#agent = inherited?.[ATTR.agentName];
    this.#captureReturn = opening.captureReturn === true;
    this.#durations = recorded ? currentDurations() : undefined;
    this.#startedAt = this.#durations === undefined ? 0 : performance.now();
    const span = recorded
      ? attempt(() => startSpan(description, inherited, parent, opening.root === true))
      : undefined;
    this.#span = span ?? trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    const inside = span === undefined ? parent : trace.setSpan(parent, span);
    const handsDown = this.handDown(description, parent);
    this.#context = handsDown === undefined ? inside : withInherited(handsDown, inside);
    if (opening.args !== undefined) this.#capture(KIT_ATTR.functionArguments, opening.args);
  }

  get context(): Context {
    return this.#context;
  }

  get spanId(): string {
    return this.#span.spanContext().spanId;
  }

  get traceId(): string {
    return this.#span.spanContext().traceId;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Whether following the work to its end has any effect. */
  get recording(): boolean {
    return !this.#ended && (this.#durations !== undefined || this.#span.isRecording());
  }

  /** Whether anybody would see attributes. */
  get wantsAttributes(): boolean {
    return !this.#ended && this.#span.isRecording();
  }

  run<T>(work: () => T): T {
    return this.#enter(work, false);
  }

  /** As `run`, but ends the scope together with what the function returned: a value, a promise or an iteration. */
  runToEnd<T>(work: () => T): T {
    return this.#enter(work, true);
  }

  end(error?: unknown): void {
    if (this.#ended) return;
    if (error !== undefined) this.fail(error);
    if (this.recording) attempt(() => this.finishing());
    this.#ended = true;
    if (this.#watched) COLLECTED.unregister(this);
    if (this.#failure !== undefined || this.#atEnd !== undefined) attempt(() => this.#describe());
    attempt(() => this.#span.end());
    if (this.#durations !== undefined) attempt(() => this.#measure());
  }

  [Symbol.dispose](): void {
    this.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
  }

  /** Marks the work as failed, which the span shows when it ends. The first failure counts. */
  fail(error: unknown): void {
    this.failAs(describeError(error));
  }

  completed(value: unknown, toEnd: boolean): void {
    if (this.#captureReturn && value !== undefined) this.#capture(KIT_ATTR.functionResult, value);
    if (toEnd) this.end();
  }

  failed(error: unknown, toEnd: boolean): void {
    this.fail(error);
    if (toEnd) this.end();
  }

  endWhenCollected(object: object): void {
    if (!this.recording) return;
    this.#watched = true;
    COLLECTED.register(object, this, this);
  }

  leave(how: "cancelled" | "abandoned"): void {
    this.set({ [KIT_ATTR.outcome]: how });
  }

  /** Keeps attributes for the end of the span. */
  set(attributes: Attributes): void {
    this.#atEnd = Object.assign(this.#atEnd ?? {}, attributes);
  }

  /** Changes the context of whatever runs inside from now on. */
  extend(extended: (inside: Context) => Context): void {
    this.#context = extended(this.#context);
  }

  protected failAs(failure: ErrorDescription): void {
    this.#failure ??= failure;
  }

  protected get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** What everything inside inherits. Called by the constructor, before a subclass has any fields. */
  protected handDown({ handsDown }: Description, _parent: Context): Inherited | undefined {
    return handsDown;
  }

  /** Called once, before the span ends: the last chance to `set` attributes. */
  protected finishing(): void {}

  protected addEvent(name: string, attributes: Attributes): void {
    this.#span.addEvent(name, attributes);
  }

  #enter<T>(work: () => T, toEnd: boolean): T {
    requireWork(work);
    if (!this.recording) {
      const result = context.with(this.#context, work);
      // The later steps of an unsampled generator must not start traces of their own, with new sampling decisions.
      return isSpanContextValid(this.#span.spanContext()) ? keepInside(result, this) : result;
    }
    let result: T;
    try {
      result = context.with(this.#context, work);
    } catch (error) {
      this.failed(error, toEnd);
      throw error;
    }
    return follow(result, this, toEnd);
  }

  #capture(name: string, value: unknown): void {
    if (!this.wantsAttributes) return;
    attempt(() => this.set({ [name]: toSafeJson(value, MAX_CAPTURED, withoutSecrets) }));
  }

  #describe(): void {
    const failure = this.#failure;
    if (failure !== undefined) {
      const { type, message } = failure;
      this.set({ [ATTR.errorType]: type });
      const told = message !== undefined && message !== type ? { message } : undefined;
      this.#span.setStatus({ code: SpanStatusCode.ERROR, ...told });
    }
    if (this.#atEnd !== undefined) this.#span.setAttributes(this.#atEnd);
  }

  #measure(): void {
    const { operation, measured } = this.#description;
    if (operation === undefined) return;
    const agent = this.#agent;
    const seconds = durationOf(this.#span) ?? (performance.now() - this.#startedAt) / 1_000;
    const attributes: Attributes = {
      ...(agent !== undefined && { [ATTR.agentName]: agent }),
      ...measured,
      ...(this.#failure !== undefined && { [ATTR.errorType]: this.#failure.type }),
    };
    this.#durations?.record(operation, seconds, attributes, this.#context);
  }
}

/** The engine's own TypeError would name something internal to this package. */
export function requireWork(work: unknown): void {
  if (typeof work !== "function") throw new TypeError("run() takes a function: what it runs");
}
