import {
  type Attributes,
  type Counter,
  type Histogram,
  type MeterProvider,
  metrics,
} from "@opentelemetry/api";
import { VERSION } from "../version.js";
import { METRIC } from "./attributes.js";
import { safely } from "./safely.js";

/** A person takes seconds to hours; the default buckets of a histogram end at ten seconds. */
const HUMAN_BUCKETS = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14400, 86400];
const OPERATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

interface Instruments {
  readonly human: Histogram;
  readonly operation: Histogram;
  readonly invalidFrames: Counter;
  readonly droppedMessages: Counter;
}

/** The metrics of a client. A meter that fails affects nothing else. */
export class Metrics {
  readonly #given: MeterProvider | undefined;
  #made: { readonly provider: MeterProvider; readonly instruments: Instruments } | undefined;

  constructor(provider: MeterProvider | undefined) {
    this.#given = provider;
  }

  humanAnswered(seconds: number, attributes: Attributes): void {
    safely(() => this.#instruments.human.record(seconds, attributes));
  }

  operationEnded(seconds: number, attributes: Attributes): void {
    safely(() => this.#instruments.operation.record(seconds, attributes));
  }

  invalidFrame(attributes: Attributes): void {
    safely(() => this.#instruments.invalidFrames.add(1, attributes));
  }

  messageDropped(attributes: Attributes): void {
    safely(() => this.#instruments.droppedMessages.add(1, attributes));
  }

  /** From the current provider, so that one registered after the client was made counts, as it does for spans. */
  get #instruments(): Instruments {
    const provider = this.#given ?? metrics.getMeterProvider();
    if (this.#made?.provider !== provider) this.#made = { provider, instruments: makeInstruments(provider) };
    return this.#made.instruments;
  }
}

function makeInstruments(provider: MeterProvider): Instruments {
  const meter = provider.getMeter("@kit/ailoop", VERSION);
  return {
    human: meter.createHistogram(METRIC.HUMAN_RESPONSE_DURATION, {
      unit: "s",
      description: "Time from a prompt being sent to a person's answer",
      advice: { explicitBucketBoundaries: HUMAN_BUCKETS },
    }),
    operation: meter.createHistogram(METRIC.OPERATION_DURATION, {
      unit: "s",
      description: "Duration of messaging operations of the client",
      advice: { explicitBucketBoundaries: OPERATION_BUCKETS },
    }),
    invalidFrames: meter.createCounter(METRIC.INVALID_FRAMES, {
      unit: "{frame}",
      description: "Frames that were no message",
    }),
    droppedMessages: meter.createCounter(METRIC.DROPPED_MESSAGES, {
      unit: "{message}",
      description: "Messages dropped because too many waited for the handlers",
    }),
  };
}
