import { type Attributes, context, SpanKind, type SpanStatusCode, trace } from "@opentelemetry/api";
import { type AnyValueMap, SeverityNumber } from "@opentelemetry/api-logs";
import { Telemetry, type TelemetryOptions } from "../telemetry.js";
import { DETAILS_EVENT, EXCEPTION_EVENT } from "./events.js";
import { registry } from "./registry.js";

const CREATION: Attributes = {
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "openai",
  "gen_ai.request.model": "gpt-test",
  "server.address": "api.openai.com",
  "server.port": 443,
};

const ANSWER: Attributes = {
  "gen_ai.response.id": "chatcmpl-1",
  "gen_ai.response.model": "gpt-test-1",
  "gen_ai.response.finish_reasons": ["stop"],
  "gen_ai.usage.input_tokens": 12,
  "gen_ai.usage.output_tokens": 3,
  "openai.api.type": "chat_completions",
};

/** What one planted call does differently from a flawless one. `undefined` as a value removes an attribute. */
export interface Flaw {
  readonly name?: string;
  readonly kind?: SpanKind;
  readonly schemaUrl?: string;
  /** Added at span creation. */
  readonly creation?: Attributes;
  /** Added before the span ends, and to its details event unless it is content. */
  readonly later?: Attributes;
  readonly status?: { readonly code: SpanStatusCode; readonly message?: string };
  readonly recordException?: boolean;
  readonly neverEnd?: boolean;
  readonly event?: { readonly name?: string; readonly severityNumber?: number; readonly body?: string };
  /** Added to the details event only. */
  readonly eventAttributes?: AnyValueMap;
  /** Log records written besides the details event. */
  readonly exceptionEvents?: number;
  readonly duration?: {
    readonly name?: string;
    readonly unit?: string;
    readonly buckets?: number[];
    readonly counter?: boolean;
    readonly extraSeconds?: number;
  };
  /** Added to the attributes of every metric. */
  readonly metricAttributes?: Attributes;
}

/** Makes one GenAI call by hand, as a perfect instrumentation would but for its flaw, and returns the record. */
export async function plantCall(flaw: Flaw = {}, options: TelemetryOptions = {}) {
  const telemetry = new Telemetry(options);
  const url = { schemaUrl: flaw.schemaUrl ?? registry.schemaUrl };
  const tracer = telemetry.tracerProvider.getTracer("@kit/planted", "1.0.0", url);
  const creation = clean({ ...CREATION, ...flaw.creation });
  const name = flaw.name ?? "chat gpt-test";
  const span = tracer.startSpan(name, { kind: flaw.kind ?? SpanKind.CLIENT, attributes: creation });
  const facts = clean({ ...ANSWER, ...flaw.later });
  span.setAttributes(facts);
  if (flaw.status !== undefined) span.setStatus(flaw.status);
  if (flaw.recordException === true) span.recordException(new Error("planted"));
  logEvents(telemetry, trace.setSpan(context.active(), span), { ...creation, ...facts }, flaw);
  if (flaw.neverEnd !== true) span.end();
  const seconds = telemetry.spans.at(-1)?.duration ?? [0, 0];
  recordMetrics(telemetry, { ...creation, ...facts }, seconds[0] + seconds[1] / 1e9, flaw);
  return telemetry.collect();
}

function logEvents(
  telemetry: Telemetry,
  at: ReturnType<typeof context.active>,
  attributes: Attributes,
  flaw: Flaw,
) {
  const logger = telemetry.loggerProvider.getLogger("@kit/planted");
  const plain = Object.entries(attributes).filter(([name]) => registry.attributes[name]?.sensitive !== true);
  logger.emit({
    eventName: DETAILS_EVENT,
    severityNumber: SeverityNumber.DEBUG,
    context: at,
    attributes: { ...(Object.fromEntries(plain) as AnyValueMap), ...flaw.eventAttributes },
    ...(flaw.event?.name !== undefined && { eventName: flaw.event.name }),
    ...(flaw.event?.severityNumber !== undefined && { severityNumber: flaw.event.severityNumber }),
    ...(flaw.event?.body !== undefined && { body: flaw.event.body }),
  });
  for (let index = 0; index < (flaw.exceptionEvents ?? 0); index++) {
    const exception = { "exception.type": "Error", "exception.message": "planted" };
    logger.emit({
      eventName: EXCEPTION_EVENT,
      severityNumber: SeverityNumber.WARN,
      context: at,
      attributes: exception,
    });
  }
}

function recordMetrics(telemetry: Telemetry, span: Attributes, seconds: number, flaw: Flaw) {
  const meter = telemetry.meterProvider.getMeter("@kit/planted");
  const attributes = clean({ ...CREATION, "gen_ai.response.model": "gpt-test-1", ...flaw.metricAttributes });
  const failed = span["error.type"] === undefined ? {} : { "error.type": span["error.type"] };
  const { name = "gen_ai.client.inference.duration", unit = "s", counter = false } = flaw.duration ?? {};
  const buckets = flaw.duration?.buckets ?? [
    ...(registry.metrics["gen_ai.client.inference.duration"]?.buckets ?? []),
  ];
  const value = seconds + (flaw.duration?.extraSeconds ?? 0);
  if (counter) meter.createCounter(name, { unit }).add(value, { ...attributes, ...failed });
  else
    meter
      .createHistogram(name, { unit, advice: { explicitBucketBoundaries: buckets } })
      .record(value, { ...attributes, ...failed });
  for (const direction of ["input", "output"]) {
    const tokens = span[`gen_ai.usage.${direction}_tokens`];
    if (typeof tokens !== "number") continue;
    const of = `gen_ai.client.inference.operation.${direction}_tokens`;
    const explicitBucketBoundaries = [...(registry.metrics[of]?.buckets ?? [])];
    meter
      .createHistogram(of, { unit: "{token}", advice: { explicitBucketBoundaries } })
      .record(tokens, attributes);
    const total = `gen_ai.client.inference.usage.${direction}_tokens`;
    meter
      .createCounter(total, { unit: "{token}" })
      .add(tokens, { ...attributes, "gen_ai.token.modality": "text" });
  }
}

function clean(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}
