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

/** Characters of a question or an answer that a span takes. */
const MAX_CONTENT_LENGTH = 32_768;

type TelemetrySettings = Pick<
  Settings,
  "urls" | "captureContent" | "propagateTrace" | "tracerProvider" | "meterProvider"
>;

/** Spans and metrics of one client. Without an SDK every call is a no-op. */
export class Telemetry {
  readonly metrics: Metrics;
  readonly #captureContent: boolean;
  readonly #tracer: Tracer | undefined;
  readonly #propagate: boolean;
  readonly #server: Attributes;

  constructor({ urls, captureContent, propagateTrace, tracerProvider, meterProvider }: TelemetrySettings) {
    this.metrics = new Metrics(meterProvider);
    this.#captureContent = captureContent;
    this.#propagate = propagateTrace;
    this.#tracer = safely(() => (tracerProvider ?? trace).getTracer("@kit/ailoop", VERSION));
    this.#server = { [ATTR.SERVER_ADDRESS]: urls.address, [ATTR.SERVER_PORT]: urls.port };
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
    return new Operation(span, parent, this.#propagate);
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

  /** Text for an attribute: nothing unless content is captured, and never more than an exporter can bear. */
  content(text: string | null | undefined): string | undefined {
    return this.#captureContent && text != null ? text.slice(0, MAX_CONTENT_LENGTH) : undefined;
  }

  /** A person answered, or the server gave the verdict of its own clock. */
  humanAnswered(seconds: number, channel: string, attributes: Attributes): void {
    const base = { [ATTR.SYSTEM]: "ailoop", [ATTR.DESTINATION]: channel, ...this.#server };
    this.metrics.humanAnswered(seconds, { ...base, ...attributes });
  }

  invalidFrame(): void {
    this.metrics.invalidFrame({ [ATTR.SYSTEM]: "ailoop", ...this.#server });
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
    const { [ATTR.SERVER_ADDRESS]: address, [ATTR.SERVER_PORT]: port } = this.#server;
    return `${name} ${address}:${port}`;
  }

  #metricAttributes(start: OperationStart): Attributes {
    return {
      [ATTR.SYSTEM]: "ailoop",
      [ATTR.OPERATION_NAME]: start.name,
      ...(start.type === undefined ? {} : { [ATTR.OPERATION_TYPE]: start.type }),
      ...(start.channel === undefined ? {} : { [ATTR.DESTINATION]: start.channel }),
      ...this.#server,
    };
  }

  #startAttributes(start: OperationStart): Attributes {
    return { ...this.#metricAttributes(start), [ATTR.PROTOCOL]: start.protocol };
  }
}

export { SpanKind };
