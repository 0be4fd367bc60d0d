import type { Attributes, Counter, Histogram, Meter } from "@opentelemetry/api";

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** The instruments of the messaging conventions. */
export class MessagingMetrics {
  readonly #operation: Histogram;
  readonly #process: Histogram;
  readonly #sent: Counter;
  readonly #consumed: Counter;

  constructor(meter: Meter) {
    const duration = { unit: "s", advice: { explicitBucketBoundaries: BUCKETS } };
    this.#operation = meter.createHistogram("messaging.client.operation.duration", {
      ...duration,
      description: "Duration of publishing and requesting",
    });
    this.#process = meter.createHistogram("messaging.process.duration", {
      ...duration,
      description: "Duration of handling a message",
    });
    this.#sent = meter.createCounter("messaging.client.sent.messages", {
      unit: "{message}",
      description: "Messages handed to the server",
    });
    this.#consumed = meter.createCounter("messaging.client.consumed.messages", {
      unit: "{message}",
      description: "Messages delivered to handlers",
    });
  }

  sent(seconds: number, attributes: Attributes): void {
    this.#operation.record(seconds, attributes);
    this.#sent.add(1, attributes);
  }

  processed(seconds: number, attributes: Attributes): void {
    this.#process.record(seconds, attributes);
  }

  consumed(attributes: Attributes): void {
    this.#consumed.add(1, attributes);
  }
}

const KEPT = [
  "messaging.system.name",
  "messaging.system",
  "messaging.operation.name",
  "server.address",
  "server.port",
  "error.type",
] as const;

/** Of a span's attributes those with few values. A template stands for the subject, or nothing does. */
export function toMetricAttributes(
  span: Attributes,
  template: string | undefined,
  errorType?: string,
): Attributes {
  const attributes: Attributes = {};
  for (const key of KEPT) if (span[key] !== undefined) attributes[key] = span[key];
  if (template !== undefined) {
    const exact = template === span["messaging.destination.name"];
    attributes[exact ? "messaging.destination.name" : "messaging.destination.template"] = template;
  }
  if (errorType !== undefined) attributes["error.type"] = errorType;
  return attributes;
}
