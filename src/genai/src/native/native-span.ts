import {
  type Attributes,
  type AttributeValue,
  type Context,
  INVALID_SPAN_CONTEXT,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  type SpanStatus,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import type { RequestFacts, ResponseFacts } from "../adapter/operation.js";
import type { OperationEnd } from "../adapter/outcome.js";
import { ATTR } from "../attributes.js";
import type { Recorder } from "../record/recorder.js";
import type { ToolRun } from "../tool/tool-runs.js";

/** One of the library's own spans that ours replaces. */
export type NativeSpan =
  | ({ readonly kind: "tool" } & ToolRun)
  | { readonly kind: "agent"; readonly request: RequestFacts };

/** Records nothing; it has the identity of the span it stands for. */
abstract class SilentSpan implements Span {
  abstract spanContext(): SpanContext;

  setAttribute(_key: string, _value: AttributeValue): this {
    return this;
  }

  setAttributes(attributes: Attributes): this {
    for (const [key, value] of Object.entries(attributes)) {
      if (value !== undefined) this.setAttribute(key, value);
    }
    return this;
  }

  setStatus(_status: SpanStatus): this {
    return this;
  }

  addEvent(): this {
    return this;
  }

  addLink(_link: Link): this {
    return this;
  }

  addLinks(_links: Link[]): this {
    return this;
  }

  updateName(): this {
    return this;
  }

  recordException(): void {}

  isRecording(): boolean {
    return false;
  }

  end(): void {}
}

/** Stands for a call's span that will start a moment later; until then it has the identity of the span `around` it. */
export class LateSpan extends SilentSpan {
  readonly #around: SpanContext | undefined;
  #span: Span | undefined;

  constructor(around?: SpanContext) {
    super();
    this.#around = around;
  }

  bind(span: Span): void {
    this.#span ??= span;
  }

  override spanContext(): SpanContext {
    return this.#span?.spanContext() ?? this.#around ?? INVALID_SPAN_CONTEXT;
  }
}

/** Tool runs that libraries report themselves, by the id of the model's tool call. */
const UNDER_WAY = new Map<string, StandInSpan>();

/**
 * Stands for a tool run or an agent that the library reports itself. When the library ends it, our own record ends.
 * Attributes that the application sets on the active span reach ours.
 */
export class StandInSpan extends SilentSpan {
  readonly #recorder: Recorder;
  readonly #meaning: NativeSpan;
  #status: SpanStatusCode = SpanStatusCode.UNSET;
  #errorType = "_OTHER";
  #end: OperationEnd | undefined;
  readonly #calls = { models: 0, tools: 0 };
  #input = 0;
  #output = 0;
  #finishReasons: ResponseFacts["finishReasons"];

  constructor(recorder: Recorder, meaning: NativeSpan) {
    super();
    this.#recorder = recorder;
    this.#meaning = meaning;
    if (meaning.kind === "tool" && meaning.callId !== undefined) UNDER_WAY.set(meaning.callId, this);
  }

  /** The stand-in for a tool's run, if the library reports that run itself. */
  static ofTool(name: string, callId: string | undefined, parent: Context): StandInSpan | undefined {
    // Without a context manager no span is ever active, so the call's id has to do.
    const span = parent === ROOT_CONTEXT ? UNDER_WAY.get(callId ?? "") : trace.getSpan(parent);
    if (!(span instanceof StandInSpan)) return undefined;
    return span.#meaning.kind === "tool" && span.#meaning.name === name ? span : undefined;
  }

  /** Adds a model call to the agent that made it, if the library reports one in this context. */
  static tallyIn(parent: Context): ((end: OperationEnd) => void) | undefined {
    const agent = StandInSpan.#agentIn(parent);
    if (agent === undefined) return undefined;
    return ({ response }) => {
      agent.#calls.models += 1;
      agent.#input += response?.usage?.input ?? 0;
      agent.#output += response?.usage?.output ?? 0;
      agent.#finishReasons = response?.finishReasons ?? agent.#finishReasons;
    };
  }

  /** Adds a tool's run to the agent that asked for it, likewise. */
  static countToolIn(parent: Context): void {
    const agent = StandInSpan.#agentIn(parent);
    if (agent !== undefined) agent.#calls.tools += 1;
  }

  static #agentIn(parent: Context): StandInSpan | undefined {
    const span = trace.getSpan(parent);
    return span instanceof StandInSpan && span.#meaning.kind === "agent" ? span : undefined;
  }

  /** Context in which the operation runs. */
  get context(): Context {
    return this.#recorder.context;
  }

  /** Sets how the tool's run ended, in more detail than the library reports. */
  settle(end: OperationEnd): void {
    this.#end = end;
  }

  override spanContext(): SpanContext {
    return trace.getSpan(this.#recorder.context)?.spanContext() ?? INVALID_SPAN_CONTEXT;
  }

  override setAttribute(key: string, value: AttributeValue): this {
    if (key === ATTR.errorType) this.#errorType = String(value);
    else trace.getSpan(this.#recorder.context)?.setAttribute(key, value);
    return this;
  }

  override setStatus({ code }: SpanStatus): this {
    this.#status = code;
    return this;
  }

  override end(): void {
    if (this.#meaning.kind === "tool") UNDER_WAY.delete(this.#meaning.callId ?? "");
    this.#recorder.end(this.#end ?? this.#ending());
  }

  /** A library that sets neither status was interrupted. */
  #ending(): OperationEnd {
    const response = this.#summary();
    if (this.#status === SpanStatusCode.OK) return { outcome: "completed", response };
    if (this.#status === SpanStatusCode.UNSET) return { outcome: "cancelled", response };
    return { outcome: "completed", response: { ...response, error: { type: this.#errorType } } };
  }

  #summary(): ResponseFacts {
    if (this.#meaning.kind === "tool") return {};
    if (this.#finishReasons === undefined) return { calls: this.#calls };
    const usage = { input: this.#input, output: this.#output };
    return { usage, finishReasons: this.#finishReasons, calls: this.#calls };
  }
}
