import {
  type Attributes,
  type Counter,
  type Histogram,
  type Meter,
  type MeterProvider,
  metrics,
} from "@opentelemetry/api";
import { quietly } from "../quietly.js";
import type { Destination } from "./destination.js";

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** Value of `messaging.system.name`: the conventions list none for NATS. */
export const SYSTEM = "nats";

/** Dimensions of a measurement, all of low cardinality. */
export interface Dimensions {
  verb: string;
  destination: Destination;
  server: { readonly address: string; readonly port: number } | undefined;
  errorType?: string | undefined;
}

/** Attribute sets that are kept; a destination of the application itself may be anything. */
const MAX_KNOWN = 1000;

interface Instruments {
  readonly operation: Histogram;
  readonly process: Histogram;
  readonly sent: Counter;
  readonly consumed: Counter;
}

/** The metrics of the messaging conventions. A meter that fails affects nothing else. */
export class MessagingMetrics {
  readonly #given: MeterProvider | undefined;
  readonly #meter: (provider: MeterProvider) => Meter;
  readonly #oldNames: boolean;
  readonly #known = new Map<string, Attributes>();
  #made: { readonly provider: MeterProvider; readonly instruments: Instruments } | undefined;

  constructor(
    provider: MeterProvider | undefined,
    meter: (provider: MeterProvider) => Meter,
    oldNames: boolean,
  ) {
    this.#given = provider;
    this.#meter = meter;
    this.#oldNames = oldNames;
  }

  /** From the current provider, so that one registered after the client was made counts, as it does for spans. */
  get #instruments(): Instruments {
    const provider = this.#given ?? metrics.getMeterProvider();
    if (this.#made?.provider !== provider) {
      this.#made = { provider, instruments: makeInstruments(this.#meter(provider)) };
    }
    return this.#made.instruments;
  }

  sent(ms: number, dimensions: Dimensions): void {
    quietly(() => {
      const attributes = this.#attributes(dimensions);
      const { operation, sent } = this.#instruments;
      operation.record(ms / 1000, attributes);
      sent.add(1, attributes);
    });
  }

  processed(ms: number, dimensions: Dimensions): void {
    quietly(() => this.#instruments.process.record(ms / 1000, this.#attributes(dimensions)));
  }

  consumed(dimensions: Dimensions): void {
    quietly(() => this.#instruments.consumed.add(1, this.#attributes(dimensions)));
  }

  /** Few combinations occur, so each set of attributes is made once. */
  #attributes({ verb, destination, server, errorType }: Dimensions): Attributes {
    const { template } = destination;
    const key = `${verb} ${template} ${server?.address}:${server?.port} ${errorType}`;
    const known = this.#known.get(key);
    if (known) return known;
    const exact = template === destination.name;
    const attributes: Attributes = {
      "messaging.system.name": SYSTEM,
      ...(this.#oldNames && { "messaging.system": SYSTEM }),
      "messaging.operation.name": verb,
      ...(template !== undefined && {
        [exact ? "messaging.destination.name" : "messaging.destination.template"]: template,
      }),
      ...(server && { "server.address": server.address, "server.port": server.port }),
      ...(errorType !== undefined && { "error.type": errorType }),
    };
    if (this.#known.size < MAX_KNOWN) this.#known.set(key, attributes);
    return attributes;
  }
}

function makeInstruments(meter: Meter): Instruments {
  const duration = { unit: "s", advice: { explicitBucketBoundaries: BUCKETS } };
  return {
    operation: meter.createHistogram("messaging.client.operation.duration", {
      ...duration,
      description: "Duration of publishing and requesting",
    }),
    process: meter.createHistogram("messaging.process.duration", {
      ...duration,
      description: "Duration of handling a message",
    }),
    sent: meter.createCounter("messaging.client.sent.messages", {
      unit: "{message}",
      description: "Messages handed to the server",
    }),
    consumed: meter.createCounter("messaging.client.consumed.messages", {
      unit: "{message}",
      description: "Messages delivered to handlers",
    }),
  };
}
