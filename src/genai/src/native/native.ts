import {
  type Attributes,
  type Context,
  context,
  diag,
  ProxyTracerProvider,
  type Span,
  type SpanOptions,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { readChoice } from "../adapter/choice.js";
import { textOf } from "../adapter/messages.js";
import { ATTR } from "../attributes.js";
import { isInferenceRecorded, isTracingSuppressed } from "../context/suppression.js";
import { startAgent } from "../record/agent.js";
import type { Telemetry } from "../record/telemetry.js";
import { inWords } from "../record/thrown.js";
import { startTool } from "../tool/tool.js";
import { LateSpan, type NativeSpan, StandInSpan } from "./native-span.js";

/**
 * Whose spans describe a call where the library makes spans itself: only `ours`, only its `native` ones (metrics
 * and events stay ours), or `both`.
 */
export type NativeTelemetryMode = "ours" | "native" | "both";

/** What a span that a library is about to start describes: a call that is recorded anyway, a tool run, or an agent. */
type NativeKind = "call" | "tool" | "agent";

/** How a library makes spans itself, if some of its versions do. */
export interface NativeTelemetry {
  /** Environment variable that sets the mode, unless the option does. */
  readonly variable: string;
  /** The field in which the client behind a receiver keeps its tracer; `undefined` when it makes no spans. */
  readonly tracer: (receiver: unknown) => TracerField | undefined;
  /** What one of its spans stands for; `undefined` leaves that span to the library. */
  readonly read: (name: string, attributes: Attributes) => NativeKind | undefined;
  /** A span that the library hands itself through the arguments of a recorded method. */
  readonly passed?: (args: readonly unknown[]) => unknown;
}

/** Where a client keeps its tracer. */
export interface TracerField {
  readonly holder: object;
  readonly key: string;
  /** Whether the client was given a tracer provider of its own, instead of the global one. */
  readonly ownProvider: boolean;
}

/** Works out the mode: option over environment over `ours`. */
export function readNativeMode(
  option: string | undefined,
  variable: string,
  env?: NodeJS.ProcessEnv,
): NativeTelemetryMode {
  return readChoice({ option: "nativeTelemetry", variable, words: ["ours", "native", "both"] }, option, env);
}

/** Telemetry that goes nowhere, for a call that is only followed. Whoever records the call also reads its content. */
export function silent(telemetry: Telemetry): Telemetry {
  const policy = { ...telemetry.policy, onSpan: false, onEvent: false };
  const tracer = new ProxyTracerProvider().getTracer("");
  return { ...telemetry, tracer, logger: undefined, instruments: undefined, policy };
}

/**
 * Replaces the client's tracer with one that substitutes the spans the definition knows. Only clients that make a recorded
 * call are touched; their other spans, options and requests stay as they were.
 */
export function standIn(
  { holder, key, ownProvider }: TracerField,
  native: NativeTelemetry,
  telemetry: () => Telemetry | undefined,
): void {
  const fields = holder as Record<string, Tracer | undefined>;
  const original = fields[key];
  if (original === undefined || original instanceof StandInTracer) return;
  fields[key] = new StandInTracer(original, native, telemetry, ownProvider);
}

/** Our spans of calls, to tell them from others in the library's tracer, each with the context it started in. */
const CALLS = new WeakMap<Span, Context>();

/** Marks the span of a recorded call, and gives it to the library's own span for the same call, if that is ours. */
export function adoptSpan(span: Span | undefined, parent: Context, passed: unknown): void {
  if (span === undefined) return;
  CALLS.set(span, parent);
  if (passed instanceof LateSpan) passed.bind(span);
}

class StandInTracer implements Tracer {
  readonly #original: Tracer;
  readonly #native: NativeTelemetry;
  readonly #telemetry: () => Telemetry | undefined;
  #audible: boolean;

  constructor(
    original: Tracer,
    native: NativeTelemetry,
    telemetry: () => Telemetry | undefined,
    ownProvider: boolean,
  ) {
    this.#original = original;
    this.#native = native;
    this.#telemetry = telemetry;
    this.#audible = ownProvider;
  }

  startSpan(name: string, options: SpanOptions = {}, parent: Context = context.active()): Span {
    return this.#standIn(name, options, parent) ?? this.#original.startSpan(name, options, parent);
  }

  startActiveSpan(...args: unknown[]): never {
    return Reflect.apply(this.#original.startActiveSpan, this.#original, args) as never;
  }

  #standIn(name: string, options: SpanOptions, parent: Context): Span | undefined {
    try {
      const telemetry = this.#telemetry();
      if (telemetry === undefined || isTracingSuppressed(parent)) return undefined;
      const { attributes = {} } = options;
      const kind = this.#native.read(name, attributes);
      if (kind === "call") return this.#forCall(name, options, parent);
      const span = kind === "agent" ? readAgent(attributes) : kind && readTool(attributes);
      if (span === undefined) return undefined;
      if (span.kind === "agent") return new StandInSpan(startAgent(telemetry, span.request, parent), span);
      StandInSpan.countToolIn(parent);
      return new StandInSpan(startTool(telemetry, span, parent), span);
    } catch (error) {
      diag.debug("a span of the library itself cannot be replaced", inWords(error));
      return undefined;
    }
  }

  /**
   * Records nothing and has our span's identity, so that the library's requests name ours as their parent. A helper that
   * starts its span before the recorded method runs gets one that learns its identity later.
   */
  #forCall(name: string, options: SpanOptions, parent: Context): Span {
    const active = trace.getSpan(parent);
    const outer = active === undefined ? undefined : CALLS.get(active);
    // Without a provider the library propagates what was active before us, and must not start to propagate our span.
    if (this.#isSilent()) return this.#original.startSpan(name, options, outer ?? parent);
    // Where a framework records the call, its span is around, and the requests are to name that.
    if (active === undefined || (outer === undefined && !isInferenceRecorded(parent))) return new LateSpan();
    return trace.wrapSpanContext(active.spanContext());
  }

  #isSilent(): boolean {
    const provider = trace.getTracerProvider();
    // Remembered once it is there: asking for a tracer at every call would cost more than the call's span.
    this.#audible ||=
      !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer("") !== undefined;
    return !this.#audible;
  }
}

/** Reads an agent from the library's own span, which uses the names of the conventions. */
function readAgent(attributes: Attributes): NativeSpan {
  const model = textOf(attributes[ATTR.requestModel]);
  const conversationId = textOf(attributes[ATTR.conversationId]);
  const outputType = textOf(attributes[ATTR.outputType]);
  return { kind: "agent", request: { operation: "invoke_agent", model, conversationId, outputType } };
}

/** As {@link readAgent}, for the run of a tool; `undefined` if it has no name. */
function readTool(attributes: Attributes): NativeSpan | undefined {
  const name = textOf(attributes[ATTR.toolName]);
  const description = textOf(attributes[ATTR.toolDescription]);
  const callId = textOf(attributes[ATTR.toolCallId]);
  return name === undefined ? undefined : { kind: "tool", name, description, callId };
}
