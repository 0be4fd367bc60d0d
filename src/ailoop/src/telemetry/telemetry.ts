import {
  type Attributes,
  type Context,
  context,
  type Link,
  propagation,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { Metadata } from "../model/message.js";
import type { Settings } from "../options.js";
import { now, secondsBetween } from "../timing.js";
import { VERSION } from "../version.js";
import { ATTR } from "./attributes.js";
import { ContentPolicy } from "./content-policy.js";
import { Metrics } from "./metrics.js";
import { Operation } from "./operation.js";
import { safely } from "./safely.js";

/** What is known of an operation when it starts; samplers see it. */
export interface OperationStart {
  /** For example `ask`: first word of the span name. */
  readonly name: string;
  /** Second word of the span name; with `channel` the channel, else host and port. */
  readonly channel?: string | undefined;
  readonly onServer?: boolean | undefined;
  readonly kind: SpanKind;
  readonly type?: "send" | "receive" | "process" | undefined;
  readonly protocol: "http" | "websocket";
  readonly parent?: Context | undefined;
  readonly links?: readonly Link[] | undefined;
  readonly startEpochMs?: number | undefined;
}

type TelemetrySettings = Pick<
  Settings,
  "urls" | "captureContent" | "redact" | "propagateTrace" | "tracerProvider" | "meterProvider"
>;

/** Spans and metrics of one client. Without an SDK every call is a no-op. */
export class Telemetry {
  readonly metrics: Metrics;
  readonly #content: ContentPolicy;
  readonly #tracer: Tracer | undefined;
  readonly #propagate: boolean;
  /** The same on every span and measurement. */
  readonly #base: Attributes;

  constructor({ urls, tracerProvider, meterProvider, ...settings }: TelemetrySettings) {
    this.metrics = new Metrics(meterProvider);
    this.#content = new ContentPolicy(settings.captureContent, settings.redact);
    this.#propagate = settings.propagateTrace;
    this.#tracer = safely(() => (tracerProvider ?? trace).getTracer("@kit/ailoop", VERSION));
    this.#base = {
      [ATTR.SYSTEM]: "ailoop",
      [ATTR.OLD_SYSTEM]: "ailoop",
      [ATTR.SERVER_ADDRESS]: urls.address,
      [ATTR.SERVER_PORT]: urls.port,
    };
  }

  start(operation: OperationStart): Operation {
    const parent = operation.parent ?? context.active();
    const span = safely(() =>
      this.#tracer?.startSpan(
        this.#spanName(operation),
        {
          kind: operation.kind,
          attributes: this.#startAttributes(operation),
          ...(operation.links === undefined ? {} : { links: [...operation.links] }),
          ...(operation.startEpochMs === undefined ? {} : { startTime: operation.startEpochMs }),
        },
        parent,
      ),
    );
    return new Operation(span, parent, { propagate: this.#propagate, content: this.#content });
  }

  /** Runs `body` inside the operation's span; an error ends it as ERROR, an abort by `signal` does not. */
  async run<Result>(
    start: OperationStart,
    body: (operation: Operation) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    const operation = this.start(start);
    const startedAt = now();
    try {
      return await context.with(operation.context, () => body(operation));
    } catch (error) {
      if (signal?.aborted && error === signal.reason) operation.abort();
      else operation.fail(error);
      throw error;
    } finally {
      operation.end();
      if (start.type === "send" || start.type === "receive") {
        const failure = operation.failure === undefined ? {} : { [ATTR.ERROR_TYPE]: operation.failure };
        const attributes = { ...this.#metricAttributes(start), ...failure };
        this.metrics.operationEnded(secondsBetween(startedAt, now()), attributes);
      }
    }
  }

  /** Text for an attribute; nothing unless content is captured. */
  content(text: string | null | undefined): string | undefined {
    return this.#content.prepare(text);
  }

  /** A person answered, or the server gave the verdict of its own clock. */
  humanAnswered(seconds: number, channel: string, attributes: Attributes): void {
    this.metrics.humanAnswered(seconds, { ...this.#base, [ATTR.DESTINATION]: channel, ...attributes });
  }

  invalidFrame(): void {
    this.metrics.invalidFrame(this.#base);
  }

  messageDropped(): void {
    this.metrics.messageDropped(this.#base);
  }

  /** The trace that a message's metadata names, as a context to continue and a span to link. */
  extract(metadata: Metadata | undefined): { context: Context; link: Link } | undefined {
    if (!metadata) return undefined;
    const extracted = safely(() => propagation.extract(ROOT_CONTEXT, metadata));
    const spanContext = extracted && trace.getSpanContext(extracted);
    if (!extracted || !spanContext || !trace.isSpanContextValid(spanContext)) return undefined;
    return { context: extracted, link: { context: spanContext } };
  }

  /** The active context with another span in it. */
  under(spanContext: SpanContext | undefined): Context {
    return spanContext ? trace.setSpanContext(context.active(), spanContext) : context.active();
  }

  #spanName({ name, channel, onServer }: OperationStart): string {
    if (channel !== undefined) return `${name} ${channel}`;
    if (!onServer) return name;
    const { [ATTR.SERVER_ADDRESS]: address, [ATTR.SERVER_PORT]: port } = this.#base;
    return `${name} ${address}:${port}`;
  }

  #metricAttributes(start: OperationStart): Attributes {
    return {
      ...this.#base,
      [ATTR.OPERATION_NAME]: start.name,
      ...(start.type === undefined ? {} : { [ATTR.OPERATION_TYPE]: start.type }),
      ...(start.channel === undefined ? {} : { [ATTR.DESTINATION]: start.channel }),
    };
  }

  #startAttributes(start: OperationStart): Attributes {
    return { ...this.#metricAttributes(start), [ATTR.PROTOCOL]: start.protocol };
  }
}

export { SpanKind };
