import {
  type Attributes,
  type Context,
  context as contexts,
  INVALID_SPAN_CONTEXT,
  type MeterProvider,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  type TextMapPropagator,
  type Tracer,
  type TracerProvider,
  trace,
} from "@opentelemetry/api";
import type { MsgHdrs } from "nats";
import { CommandError, HandlerError, KrytenError, KrytenValidationError, readCode } from "../errors.js";
import { quietly } from "../quietly.js";
import { VERSION } from "../version.js";
import { type Content, ContentPolicy } from "./content.js";
import type { Destination } from "./destination.js";
import { MessagingMetrics, SYSTEM } from "./messaging-metrics.js";
import { extractContext, injectContext } from "./propagation.js";

export interface TelemetryOptions {
  /** @default the global provider */
  tracerProvider?: TracerProvider | undefined;
  /** @default the global provider */
  meterProvider?: MeterProvider | undefined;
  /** @default the global propagator */
  propagator?: TextMapPropagator | undefined;
  /** Put the trace context into message headers. @default true */
  propagate?: boolean | undefined;
  /** Record chat text, user names and keys. @default OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT, off */
  captureContent?: boolean | undefined;
  /** Applied to content before it is recorded. */
  redact?: ((text: string) => string) | undefined;
  /** Whether a handler's span continues the sender's trace or starts its own, linked to it. @default "child" */
  processSpan?: "child" | "link" | undefined;
}

/** One operation to be recorded. */
export interface Operation {
  /** First word of the span's name. */
  readonly verb: string;
  readonly kind: SpanKind;
  /** Low-cardinality rest of the name. */
  readonly target?: string | undefined;
  readonly attributes: Attributes;
  readonly content?: Content | undefined;
}

export type MessagingVerb = "publish" | "request" | "process";

const SCOPE = "@kit/kryten";
/** The release of the core conventions whose messaging names are used. */
const SCHEMA = { schemaUrl: "https://opentelemetry.io/schemas/1.45.0" };

/** Stands in when the application's tracer throws. */
const NO_SPAN = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);

const KINDS = { publish: SpanKind.PRODUCER, request: SpanKind.CLIENT, process: SpanKind.CONSUMER } as const;

/** Spans, metrics and trace context of bus operations. Its own failures never reach the operation. */
export class Telemetry {
  readonly content: ContentPolicy;
  readonly metrics: MessagingMetrics;
  readonly #tracer: Tracer;
  readonly #options: TelemetryOptions;
  readonly #oldNames: boolean;

  constructor(options: TelemetryOptions = {}) {
    this.#options = options;
    checkProvider(options.tracerProvider, "tracerProvider", "getTracer");
    checkProvider(options.meterProvider, "meterProvider", "getMeter");
    this.#tracer = (options.tracerProvider ?? trace).getTracer(SCOPE, VERSION, SCHEMA);
    this.#oldNames = wantsOldNames(process.env.OTEL_SEMCONV_STABILITY_OPT_IN);
    const meter = (provider: MeterProvider) => provider.getMeter(SCOPE, VERSION, SCHEMA);
    this.metrics = new MessagingMetrics(options.meterProvider, meter, this.#oldNames);
    this.content = new ContentPolicy(options.captureContent, options.redact);
  }

  get propagates(): boolean {
    return this.#options.propagate !== false;
  }

  /** Describes a messaging operation by the conventions, in the attributes it is given. */
  messaging(
    verb: MessagingVerb,
    destination: Destination,
    attributes: Attributes,
    content?: Content,
  ): Operation {
    const { name, template, temporary } = destination;
    attributes["messaging.system.name"] = SYSTEM;
    if (this.#oldNames) attributes["messaging.system"] = SYSTEM;
    attributes["messaging.operation.name"] = verb;
    attributes["messaging.operation.type"] = verb === "process" ? "process" : "send";
    if (name !== undefined) attributes["messaging.destination.name"] = name;
    if (template !== undefined && !temporary && template !== name) {
      attributes["messaging.destination.template"] = template;
    }
    if (temporary) attributes["messaging.destination.temporary"] = true;
    return { verb, kind: KINDS[verb], target: template, attributes, content };
  }

  /** Runs the work inside a span that is active for it and ends with it. */
  async record<T>(
    operation: Operation,
    parent: Context,
    run: (span: Span, active: Context) => Promise<T>,
  ): Promise<T> {
    const span = quietly(() => this.#start(operation, parent)) ?? NO_SPAN;
    const active = trace.setSpan(parent, span);
    try {
      return await contexts.with(active, () => run(span, active));
    } catch (error) {
      quietly(() => this.#fail(span, error));
      throw error;
    } finally {
      quietly(() => span.end());
    }
  }

  #start(operation: Operation, parent: Context): Span {
    const name = operation.target === undefined ? operation.verb : `${operation.verb} ${operation.target}`;
    const { kind, attributes } = operation;
    const options: SpanOptions = { kind, attributes };
    const sender = kind === SpanKind.CONSUMER ? trace.getSpanContext(parent) : undefined;
    if (sender && this.#options.processSpan === "link") {
      options.root = true;
      options.links = [{ context: sender }];
    }
    const span = this.#tracer.startSpan(name, options, parent);
    if (this.content.capture && operation.content && span.isRecording()) {
      span.setAttributes(this.content.attributes(operation.content));
    }
    return span;
  }

  #fail(span: Span, error: unknown): void {
    if (!span.isRecording()) return;
    const message = this.#safeMessage(error);
    const exception = {
      "exception.type": toErrorName(error),
      ...(message ? { "exception.message": message } : {}),
    };
    span.setAttribute("error.type", toErrorType(error));
    span.setStatus({ code: SpanStatusCode.ERROR, ...(message ? { message } : {}) });
    span.addEvent("exception", exception);
  }

  /** Foreign messages may quote chat; ours do not, except what a service answered. */
  #safeMessage(error: unknown): string | undefined {
    const cause = error instanceof HandlerError ? error.cause : error;
    if (this.content.capture) return cause instanceof Error ? this.content.prepare(cause.message) : undefined;
    return cause instanceof KrytenError && !(cause instanceof CommandError) ? cause.message : undefined;
  }

  inject(active: Context, headers: MsgHdrs | undefined): MsgHdrs | undefined {
    return quietly(() => injectContext(active, headers, this.#options.propagator)) ?? headers;
  }

  /** Never the context that happens to be active: a socket's callback runs in whatever `connect()` ran in. */
  extract(headers: MsgHdrs | undefined): Context {
    return quietly(() => extractContext(ROOT_CONTEXT, headers, this.#options.propagator)) ?? ROOT_CONTEXT;
  }
}

/** Core conventions renamed the system attribute in 1.45; the old name is written on request. */
function wantsOldNames(optIn = ""): boolean {
  return optIn.split(",").some((entry) => entry.trim() === "messaging/dup");
}

function toErrorName(error: unknown): string {
  const cause = error instanceof HandlerError && error.cause !== undefined ? error.cause : error;
  return cause instanceof Error ? cause.name : typeof cause;
}

/** Class of what failed, or the code of the server or its client. */
export function toErrorType(error: unknown): string {
  if (error instanceof HandlerError) return toErrorName(error);
  const code = readCode(error);
  if (code === "NO_RESPONDERS") return code;
  if (
    error instanceof KrytenError &&
    error.name !== "KrytenError" &&
    error.name !== "KrytenConnectionError"
  ) {
    return error.name;
  }
  return code ?? toErrorName(error);
}

function checkProvider(provider: unknown, what: string, method: string): void {
  if (provider == null || typeof (provider as Record<string, unknown>)[method] === "function") return;
  throw new KrytenValidationError(`${what} must be an OpenTelemetry provider, with ${method}()`);
}
