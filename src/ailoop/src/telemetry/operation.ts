import {
  type Attributes,
  type Context,
  type Link,
  propagation,
  type Span,
  type SpanContext,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { AiloopError } from "../errors.js";
import type { Instant } from "../timing.js";
import { ATTR, EVENT } from "./attributes.js";
import type { ContentPolicy } from "./content-policy.js";
import { framesOf } from "./failure.js";
import { safely } from "./safely.js";

/** What a failed operation is called: the status as a string, else the class name. */
export function errorType(error: unknown): string {
  if (error instanceof AiloopError && error.status !== undefined) return String(error.status);
  return (error instanceof Error && (error.name || error.constructor.name)) || "_OTHER";
}

/**
 * The span of one operation, from start to `end`. Attributes are gathered and set in one go at the end, which
 * costs half of setting them one by one.
 */
export class Operation {
  /** Context in which the operation's span is active. */
  readonly context: Context;
  /** Error class or status after `fail`. */
  failure: string | undefined;
  readonly #span: Span | undefined;
  readonly #policy: { readonly propagate: boolean; readonly content: ContentPolicy };
  readonly #attributes: Attributes = {};

  constructor(
    span: Span | undefined,
    parent: Context,
    policy: { readonly propagate: boolean; readonly content: ContentPolicy },
  ) {
    this.#span = span;
    this.#policy = policy;
    this.context = span ? (safely(() => trace.setSpan(parent, span)) ?? parent) : parent;
  }

  /** Undefined without an SDK: there is no span to link to. */
  get spanContext(): SpanContext | undefined {
    const spanContext = safely(() => this.#span?.spanContext());
    return spanContext && trace.isSpanContextValid(spanContext) ? spanContext : undefined;
  }

  set(attributes: Attributes): void {
    for (const [key, value] of Object.entries(attributes)) {
      if (value !== undefined) this.#attributes[key] = value;
    }
  }

  event(name: string, attributes: Attributes = {}, at?: Instant): void {
    safely(() => this.#span?.addEvent(name, attributes, at?.epochMs));
  }

  link(link: Link | undefined): void {
    if (link) safely(() => this.#span?.addLink(link));
  }

  /** The trace context as flat string keys; empty when propagation is off or no propagator is set up. */
  carrier(): Record<string, string> {
    const carrier: Record<string, string> = {};
    if (this.#policy.propagate) safely(() => propagation.inject(this.context, carrier));
    return carrier;
  }

  fail(error: unknown): void {
    const type = safely(() => errorType(error)) ?? "_OTHER";
    this.failure = type;
    this.set({ [ATTR.ERROR_TYPE]: type });
    safely(() => {
      const name = error instanceof Error ? error.name : type;
      const message = this.#messageOf(error);
      const stack = error instanceof Error ? framesOf(error) : undefined;
      this.#span?.recordException({ name, ...(message && { message }), ...(stack && { stack }) });
      this.#span?.setStatus({ code: SpanStatusCode.ERROR, ...(message && { message }) });
    });
  }

  /**
   * A server's words may quote what was sent, so of its refusal only the status is told. What a handler throws may
   * quote the message, so that counts as content.
   */
  #messageOf(error: unknown): string | undefined {
    if (!(error instanceof AiloopError)) {
      return this.#policy.content.prepare(error instanceof Error ? error.message : String(error));
    }
    return error.body === undefined ? error.message : `HTTP ${error.status}`;
  }

  /** The caller's own abort is no error. */
  abort(): void {
    this.event(EVENT.WAIT_ABORTED);
  }

  end(at?: number): void {
    safely(() => this.#span?.setAttributes(this.#attributes));
    safely(() => this.#span?.end(at));
  }
}
