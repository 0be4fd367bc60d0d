import type { Tracer } from "@opentelemetry/api";
import type { Logger } from "@opentelemetry/api-logs";
import type { ContentPolicy } from "../content/content-policy.js";
import type { CostCalculator } from "../cost/calculator.js";
import type { RememberedSpans } from "./links.js";
import type { Instruments } from "./metrics.js";

/** Where the recorders of one instrumentation write to, and by which rules. */
export interface Telemetry {
  readonly tracer: Tracer;
  /** Absent when no events are wanted. */
  readonly logger: Logger | undefined;
  /** Absent when metrics go nowhere. */
  readonly instruments: Instruments | undefined;
  readonly policy: ContentPolicy;
  readonly costs: CostCalculator;
  readonly remembered: RememberedSpans;
}
