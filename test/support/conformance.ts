import type { Attributes } from "@opentelemetry/api";
import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import type { ScopeMetrics } from "@opentelemetry/sdk-metrics";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import { type CaptureSwitch, captureMode } from "./conformance/capture.js";
import { checkEvent, checkEventsComplete } from "./conformance/events.js";
import type { Finding, Report, Rule } from "./conformance/findings.js";
import { checkMarked, checkMarkedMetric, isMarkedMetric } from "./conformance/marked-spans.js";
import { checkMetric } from "./conformance/metrics.js";
import { checkMetricsAgainstSpans } from "./conformance/metrics-against-spans.js";
import { checkSpan } from "./conformance/spans.js";

export type { CaptureSwitch } from "./conformance/capture.js";
export type { Finding, Rule } from "./conformance/findings.js";

/** Everything one run exported. */
export interface Recorded {
  readonly spans: readonly ReadableSpan[];
  readonly metrics: readonly ScopeMetrics[];
  readonly logs: readonly ReadableLogRecord[];
  /** What the sampler was shown, by span id. Spans not in it are not checked for it. */
  readonly atCreation?: ReadonlyMap<string, Attributes>;
  /** Names of spans that were started and never ended. */
  readonly unended?: readonly string[];
}

/** What the checker must know of the run, because the telemetry alone cannot tell. */
export interface ConformanceOptions {
  /** The content switch the run was started with. @default "NO_CONTENT" */
  readonly capture?: CaptureSwitch;
  /** False when log events were turned off. @default true */
  readonly events?: boolean;
  /** False when metrics were not collected, or spans not all sampled. @default true */
  readonly metrics?: boolean;
  /** Rules a test breaks on purpose. */
  readonly except?: readonly Rule[];
  /** Attributes that samplers need not see, because the library itself learns them only in a client's first call. */
  readonly learnedLate?: readonly string[];
}

/** Checks spans, metrics and log events against the GenAI registry. Only what the kit emitted is looked at. */
export function checkConformance(recorded: Recorded, options: ConformanceOptions = {}): Finding[] {
  const findings: Finding[] = [];
  const reporter =
    (on: string): Report =>
    (rule, what) => {
      const late = rule === "not_at_creation" && options.learnedLate?.includes(what) === true;
      if (!late && options.except?.includes(rule) !== true) findings.push({ rule, on, what });
    };
  const capture = captureMode(options.capture);
  const spans = recorded.spans.filter(isOurs);
  const logs = recorded.logs.filter(({ instrumentationScope }) => isOurScope(instrumentationScope.name));
  for (const span of spans) {
    const atCreation = recorded.atCreation?.get(span.spanContext().spanId);
    checkSpan({ span, ...(atCreation && { atCreation }) }, capture, reporter(`span ${span.name}`));
    checkMarked(span, atCreation, reporter(`span ${span.name}`));
  }
  for (const name of recorded.unended ?? [])
    reporter(`span ${name}`)("span_not_ended", "started, never ended");
  const byId = new Map(spans.map((span) => [span.spanContext().spanId, span]));
  for (const log of logs) {
    checkEvent(log, byId.get(log.spanContext?.spanId ?? ""), capture, reporter(`event ${log.eventName}`));
  }
  if (options.events !== false) checkEventsComplete(logs, spans, reporter("events"));
  const ofApplication = recorded.metrics.flatMap(({ scope, metrics }) =>
    metrics.filter((metric) => isMarkedMetric(scope.name, metric)),
  );
  const metrics = recorded.metrics
    .filter(({ scope }) => isOurScope(scope.name))
    .flatMap(({ metrics }) => metrics)
    .filter((metric) => !ofApplication.includes(metric));
  if (options.metrics !== false) {
    for (const metric of ofApplication)
      checkMarkedMetric(metric, spans, reporter(`metric ${metric.descriptor.name}`));
  }
  for (const metric of metrics) checkMetric(metric, reporter(`metric ${metric.descriptor.name}`));
  if (options.metrics !== false) checkMetricsAgainstSpans(metrics, spans, reporter("metrics"));
  return findings;
}

/** Throws with every finding on a line of its own, when there are any. */
export function expectConformant(recorded: Recorded, options?: ConformanceOptions): void {
  const findings = checkConformance(recorded, options);
  if (findings.length === 0) return;
  const lines = findings.map(({ rule, on, what }) => `  ${rule}: ${on}: ${what}`);
  throw new Error(`${findings.length} violations of the GenAI conventions\n${lines.join("\n")}`);
}

function isOurs(span: ReadableSpan): boolean {
  // Native spans of an SDK count as ours once they claim to follow the conventions.
  return isOurScope(span.instrumentationScope.name) || span.attributes["gen_ai.operation.name"] !== undefined;
}

function isOurScope(name: string): boolean {
  return name.startsWith("@kit/");
}
