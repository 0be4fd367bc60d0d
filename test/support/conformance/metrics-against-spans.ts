import type { Attributes } from "@opentelemetry/api";
import { DataPointType, type MetricData } from "@opentelemetry/sdk-metrics";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import type { Report } from "./findings.js";
import { metricAttributes } from "./metrics.js";
import { OWN_OPERATIONS } from "./own-names.js";
import { type MetricRule, registry } from "./registry.js";
import { type SpanType, spanTypeOf } from "./span-type.js";

/** Metric and span are two readings of one clock pair; the slack is for rounding only. */
const SLACK_SECONDS = 0.002;

/** How the value of a metric follows from the spans of the same run. */
interface Source {
  readonly metric: string;
  /** What one span adds; undefined for a span that adds nothing. */
  readonly reads: (span: ReadableSpan, type: SpanType) => number | undefined;
  /** Left out of the comparison of attributes: the metric splits by it, the span does not. */
  readonly splitBy?: string;
}

const isInference = ({ id }: SpanType) => id.endsWith("gen_ai.client.inference");
const seconds = ({ duration: [whole, nanos] }: ReadableSpan) => whole + nanos / 1e9;
const CALLS = new Set(registry.metrics["gen_ai.client.operation.duration"]?.operations);

const tokens = (metric: string, attribute: string, splitBy?: string): Source => ({
  metric: `gen_ai.client.inference.${metric}`,
  reads: ({ attributes }, type) =>
    isInference(type) ? Number(attributes[attribute] ?? Number.NaN) : Number.NaN,
  ...(splitBy === undefined ? {} : { splitBy }),
});

const SOURCES: readonly Source[] = [
  {
    metric: "gen_ai.client.inference.duration",
    reads: (span, type) => only(isInference(type), seconds(span)),
  },
  {
    metric: "gen_ai.client.operation.duration",
    reads: (span, type) => only(isCall(span, type), seconds(span)),
  },
  {
    metric: "gen_ai.execute_tool.duration",
    reads: (span, { id }) => only(id.startsWith("gen_ai.execute_tool"), seconds(span)),
  },
  {
    metric: "gen_ai.invoke_agent.duration",
    reads: (span, { id }) => only(id === "gen_ai.invoke_agent.internal", seconds(span)),
  },
  {
    metric: "gen_ai.invoke_workflow.duration",
    reads: (span, { id }) => only(id === "gen_ai.invoke_workflow.internal", seconds(span)),
  },
  tokens("time_to_first_chunk", "gen_ai.response.time_to_first_chunk"),
  tokens("operation.input_tokens", "gen_ai.usage.input_tokens"),
  tokens("operation.output_tokens", "gen_ai.usage.output_tokens"),
  tokens("usage.input_tokens", "gen_ai.usage.input_tokens", "gen_ai.token.modality"),
  tokens("usage.output_tokens", "gen_ai.usage.output_tokens", "gen_ai.token.modality"),
  tokens("usage.cache_read.input_tokens", "gen_ai.usage.cache_read.input_tokens", "gen_ai.token.modality"),
  tokens("usage.cache_write.input_tokens", "gen_ai.usage.cache_write.input_tokens", "gen_ai.token.modality"),
  tokens("usage.reasoning.output_tokens", "gen_ai.usage.reasoning.output_tokens", "gen_ai.token.modality"),
];

/** Checks that the metrics of a run add up to its spans. Needs every span to be sampled. */
export function checkMetricsAgainstSpans(
  metrics: readonly MetricData[],
  spans: readonly ReadableSpan[],
  report: Report,
): void {
  for (const source of SOURCES) {
    const rule = registry.metrics[source.metric] as MetricRule;
    const expected = fromSpans(source, rule, spans);
    const seen = fromPoints(
      source,
      metrics.filter(({ descriptor }) => descriptor.name === source.metric),
    );
    for (const key of new Set([...expected.keys(), ...seen.keys()])) {
      const difference = compare(expected.get(key) ?? NOTHING, seen.get(key) ?? NOTHING, rule);
      if (difference !== undefined)
        report("metric_differs_from_spans", `${source.metric} ${key}: ${difference}`);
    }
  }
}

interface Total {
  readonly count: number;
  readonly sum: number;
}

const NOTHING: Total = { count: 0, sum: 0 };

function compare(expected: Total, seen: Total, rule: MetricRule): string | undefined {
  const slack = rule.unit === "s" ? SLACK_SECONDS * Math.max(1, expected.count) : 0;
  if (rule.instrument === "histogram" && expected.count !== seen.count)
    return `${seen.count} recorded, ${expected.count} in the spans`;
  if (Math.abs(expected.sum - seen.sum) > slack) return `sum ${seen.sum}, ${expected.sum} in the spans`;
  return undefined;
}

function fromSpans(source: Source, rule: MetricRule, spans: readonly ReadableSpan[]): Map<string, Total> {
  const totals = new Map<string, Total>();
  for (const span of spans) {
    const type = spanTypeOf(span);
    const value = type && source.reads(span, type);
    if (value === undefined || Number.isNaN(value)) continue;
    const allowed = metricAttributes(rule, span.attributes);
    const projected = Object.entries(span.attributes).filter(([name]) => allowed.has(name));
    add(totals, key(Object.fromEntries(projected), source), { count: 1, sum: value });
  }
  return totals;
}

function fromPoints(source: Source, metrics: readonly MetricData[]): Map<string, Total> {
  const totals = new Map<string, Total>();
  for (const metric of metrics) {
    if (metric.dataPointType === DataPointType.HISTOGRAM) {
      for (const { attributes, value } of metric.dataPoints.filter(hasRegistryOperation)) {
        add(totals, key(attributes, source), { count: value.count, sum: value.sum ?? 0 });
      }
    } else if (metric.dataPointType === DataPointType.SUM) {
      for (const { attributes, value } of metric.dataPoints.filter(hasRegistryOperation)) {
        add(totals, key(attributes, source), { count: 1, sum: value });
      }
    }
  }
  return totals;
}

/** Operations of ours may be timed, but no convention says that they must be. */
function hasRegistryOperation({ attributes }: { readonly attributes: Attributes }): boolean {
  return OWN_OPERATIONS[String(attributes["gen_ai.operation.name"])] === undefined;
}

function add(totals: Map<string, Total>, at: string, { count, sum }: Total): void {
  const before = totals.get(at) ?? NOTHING;
  totals.set(at, { count: before.count + count, sum: before.sum + sum });
}

function key(attributes: Attributes, { splitBy }: Source): string {
  const kept = Object.entries(attributes).filter(([name]) => name !== splitBy && !name.startsWith("kit."));
  return JSON.stringify(kept.sort(([left], [right]) => (left < right ? -1 : 1)));
}

function isCall(span: ReadableSpan, { id }: SpanType): boolean {
  return CALLS.has(String(span.attributes["gen_ai.operation.name"])) && !id.endsWith(".internal");
}

function only(condition: boolean, value: number): number | undefined {
  return condition ? value : undefined;
}
