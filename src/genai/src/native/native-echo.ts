import {
  type Context,
  context,
  diag,
  type Span,
  type SpanOptions,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { ATTR } from "../attributes.js";
import type { Telemetry } from "../record/telemetry.js";
import { inWords } from "../record/thrown.js";
import { rememberNativeRun } from "../tool/tool-runs.js";
import type { NativeTelemetry, TracerField } from "./native.js";
import { LateSpan } from "./native-span.js";

/**
 * The same telemetry without spans of our own. Metrics and events refer to the library's span for the call instead, as
 * soon as that is known.
 */
export function withNativeSpans(telemetry: Telemetry): Telemetry {
  return { ...telemetry, tracer: LATE_TRACER };
}

const LATE_TRACER = {
  startSpan: (_name: string, _options?: SpanOptions, parent: Context = context.active()): Span =>
    new LateSpan(trace.getSpanContext(parent)),
} as Tracer;

/** Tells the record of a call which of the library's spans describes it. */
export function tellOfNative(ours: Span | undefined, native: unknown): void {
  if (ours instanceof LateSpan && isSpan(native)) ours.bind(native);
}

/** Wraps a client's tracer to find out which of its spans describe calls and runs of tools. */
export function listenTo({ holder, key }: TracerField, native: NativeTelemetry): void {
  const fields = holder as Record<string, Tracer | undefined>;
  const original = fields[key];
  if (original === undefined || original instanceof TellingTracer) return;
  fields[key] = new TellingTracer(original, native);
}

/** Makes exactly the spans of the tracer it wraps. */
class TellingTracer implements Tracer {
  readonly #original: Tracer;
  readonly #native: NativeTelemetry;

  constructor(original: Tracer, native: NativeTelemetry) {
    this.#original = original;
    this.#native = native;
  }

  startSpan(name: string, options: SpanOptions = {}, parent: Context = context.active()): Span {
    const span = this.#original.startSpan(name, options, parent);
    try {
      const { attributes = {} } = options;
      const kind = this.#native.read(name, attributes);
      if (kind === "call") tellOfNative(trace.getSpan(parent), span);
      else if (kind === "tool") rememberNativeRun(span, String(attributes[ATTR.toolName]));
    } catch (error) {
      diag.debug("a span of the library itself cannot be read", inWords(error));
    }
    return span;
  }

  startActiveSpan(...args: unknown[]): never {
    return Reflect.apply(this.#original.startActiveSpan, this.#original, args) as never;
  }
}

function isSpan(value: unknown): value is Span {
  return typeof (value as Partial<Span> | undefined)?.spanContext === "function";
}
