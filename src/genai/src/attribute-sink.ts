import type { Attributes, AttributeValue } from "@opentelemetry/api";

/**
 * Takes attributes one at a time: a span, or a stand-in for one. A span copies what it is given, so collecting the
 * attributes in an object first would double the cost.
 */
export interface AttributeSink {
  setAttribute(name: string, value: AttributeValue): unknown;
}

/** Passes attributes on to a span and keeps a copy, for the details event. */
export class CopiedAttributes implements AttributeSink {
  readonly attributes: Attributes = {};
  readonly #span: AttributeSink | undefined;

  constructor(span?: AttributeSink) {
    this.#span = span;
  }

  setAttribute(name: string, value: AttributeValue): void {
    this.attributes[name] = value;
    this.#span?.setAttribute(name, value);
  }
}
