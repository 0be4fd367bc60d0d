import type { Attributes, AttributeValue } from "@opentelemetry/api";

/**
 * Takes attributes one at a time: a span, or what stands in for one. A span copies what it is given, so that an object
 * made only to be passed on would cost as much again.
 */
export interface AttributeSink {
  setAttribute(name: string, value: AttributeValue): unknown;
}

/** A span's attributes that are wanted elsewhere too. */
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
