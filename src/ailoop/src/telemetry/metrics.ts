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

/** The instruments of a client. */
export class Metrics {
  readonly #human: Histogram | undefined;
  readonly #operation: Histogram | undefined;
  readonly #invalidFrames: Counter | undefined;

  constructor(provider: MeterProvider | undefined) {
    const meter = safely(() => (provider ?? metrics).getMeter("@kit/ailoop", VERSION));
    this.#human = safely(() =>
      meter?.createHistogram(METRIC.HUMAN_RESPONSE_DURATION, {
        unit: "s",
        description: "Time from a prompt being sent to a person's answer",
        advice: { explicitBucketBoundaries: HUMAN_BUCKETS },
      }),
    );
    this.#operation = safely(() =>
      meter?.createHistogram(METRIC.OPERATION_DURATION, {
        unit: "s",
        description: "Duration of messaging operations of the client",
        advice: { explicitBucketBoundaries: OPERATION_BUCKETS },
      }),
    );
    this.#invalidFrames = safely(() =>
      meter?.createCounter(METRIC.INVALID_FRAMES, {
        unit: "{frame}",
        description: "Frames that were no message",
      }),
    );
  }

  humanAnswered(seconds: number, attributes: Attributes): void {
    safely(() => this.#human?.record(seconds, attributes));
  }

  operationEnded(seconds: number, attributes: Attributes): void {
    safely(() => this.#operation?.record(seconds, attributes));
  }

  invalidFrame(attributes: Attributes): void {
    safely(() => this.#invalidFrames?.add(1, attributes));
  }
}
