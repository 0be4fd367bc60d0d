import { type Attributes, SpanKind } from "@opentelemetry/api";
import { DataPointType, type MetricData } from "@opentelemetry/sdk-metrics";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import type { Report } from "./findings.js";
import { registry } from "./registry.js";

/** What the kit promises of the spans that applications make by hand, one entry for each value of `kit.kind`. */
interface Mark {
  /** Name of the span, from its attributes; `undefined` where it is the application's own. */
  readonly named?: (attributes: Attributes) => string;
  readonly required: readonly string[];
  readonly optional?: readonly string[];
  /** Moments have no length. */
  readonly moment?: true;
}

const FUNCTION = ["kit.function.arguments", "kit.function.result", "kit.outcome", "error.type"];
/** What the model calls inside an agent add up to. */
const USED = ["gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "gen_ai.response.finish_reasons"];
const INHERITED = ["session.id", "gen_ai.conversation.id", "gen_ai.agent.name"];

const MARKS: Readonly<Record<string, Mark>> = {
  session: {
    named: (of) => `invoke_workflow ${of["gen_ai.workflow.name"]}`,
    required: [
      "gen_ai.operation.name",
      "gen_ai.workflow.name",
      "session.id",
      "gen_ai.conversation.id",
      "kit.session.name",
      "kit.session.result",
    ],
    optional: FUNCTION,
  },
  cron: {
    named: (of) => `cron ${of["kit.cron.job"]}`,
    required: ["kit.cron.job", "session.id", "kit.session.name"],
    optional: ["kit.cron.summary", ...FUNCTION],
  },
  agent: {
    named: (of) => `invoke_agent ${of["gen_ai.agent.name"]}`,
    required: ["gen_ai.operation.name", "gen_ai.agent.name"],
    optional: [...USED, ...FUNCTION],
  },
  task: { required: [], optional: FUNCTION },
  tool: {
    named: (of) => `execute_tool ${of["gen_ai.tool.name"]}`,
    required: ["gen_ai.operation.name", "gen_ai.tool.name", "gen_ai.tool.type"],
    optional: FUNCTION,
  },
  trace: { required: [], optional: FUNCTION },
  event: {
    named: (of) => `event ${of["kit.event.name"]}`,
    required: ["kit.event.name"],
    optional: ["kit.event.data"],
    moment: true,
  },
  metric: {
    named: (of) => `metric ${of["kit.event.name"]}`,
    required: ["kit.event.name", "kit.metric.value"],
    optional: ["kit.metric.tags"],
    moment: true,
  },
  alert: {
    named: () => "alert",
    required: ["kit.alert.message", "kit.alert.severity"],
    optional: ["kit.alert.details"],
    moment: true,
  },
  error: {
    required: ["exception.type"],
    optional: ["exception.message", "exception.stacktrace", "error.type"],
    moment: true,
  },
};

/** Attributes that hold JSON, and of what type it is. */
const JSON_OF: Readonly<Record<string, "object" | "array" | "any">> = {
  "kit.event.data": "object",
  "kit.metric.tags": "object",
  "kit.log.data": "object",
  "kit.function.arguments": "array",
  "kit.function.result": "any",
};

const SEVERITIES = ["info", "warning", "critical"];
const MAX_LINES = 50;

/** Checks a span that says what the application marked by it; others are left alone. */
export function checkMarked(span: ReadableSpan, atCreation: Attributes | undefined, report: Report): void {
  const { attributes } = span;
  const kind = attributes["kit.kind"];
  if (kind === undefined) {
    if (span.instrumentationScope.name === "@kit/tracing") report("wrong_mark", "no kit.kind");
    return;
  }
  const mark = MARKS[String(kind)];
  if (mark === undefined) {
    report("wrong_mark", `kit.kind ${JSON.stringify(kind)}`);
    return;
  }
  if (span.kind !== SpanKind.INTERNAL) report("wrong_kind", `${SpanKind[span.kind]}, not INTERNAL`);
  const name =
    mark.named?.(attributes) ?? (kind === "task" && !span.name.startsWith("task ") ? "task …" : span.name);
  if (span.name !== name) report("wrong_name", `"${span.name}", not "${name}"`);
  for (const required of mark.required) {
    if (attributes[required] === undefined) report("missing_required", required);
  }
  const listed = new Set(["kit.kind", ...mark.required, ...(mark.optional ?? []), ...INHERITED]);
  for (const given of Object.keys(attributes)) {
    if (!listed.has(given)) report("attribute_not_of_span_type", `${given} on kit.kind ${kind}`);
  }
  if (atCreation !== undefined && atCreation["kit.kind"] !== kind) report("not_at_creation", "kit.kind");
  checkValues(span, mark, report);
}

function checkValues({ attributes, duration, events }: ReadableSpan, mark: Mark, report: Report): void {
  if (mark.moment === true && (duration[0] !== 0 || duration[1] !== 0))
    report("wrong_mark", `a moment of ${duration.join(".")} s`);
  const severity = attributes["kit.alert.severity"];
  if (severity !== undefined && !SEVERITIES.includes(String(severity)))
    report("wrong_value", `kit.alert.severity is ${JSON.stringify(severity)}`);
  if (events.length > MAX_LINES) report("wrong_mark", `${events.length} log lines`);
  for (const { name, attributes: line = {} } of events) {
    if (name !== "kit.log" || line["kit.log.message"] === undefined)
      report("wrong_mark", `span event ${name}`);
    checkJson(line, report);
  }
  checkJson(attributes, report);
}

function checkJson(attributes: Attributes, report: Report): void {
  for (const [name, expected] of Object.entries(JSON_OF)) {
    const text = attributes[name];
    if (text === undefined) continue;
    const type = jsonType(text);
    if (type !== expected && (expected !== "any" || type === undefined))
      report("wrong_value", `${name} is ${type ?? "no JSON"}, ${expected} expected`);
  }
}

function jsonType(text: unknown): string | undefined {
  try {
    const value: unknown = JSON.parse(String(text));
    return Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
  } catch {
    return undefined;
  }
}

/** The application's own metrics: gauges in the scope of the package that makes them. */
export function isMarkedMetric(scope: string, { descriptor }: MetricData): boolean {
  return scope === "@kit/tracing" && registry.metrics[descriptor.name] === undefined;
}

/** Checks that a gauge tells what spans of the same run tell. */
export function checkMarkedMetric(
  { descriptor, dataPointType, dataPoints }: MetricData,
  spans: readonly ReadableSpan[],
  report: Report,
): void {
  if (dataPointType !== DataPointType.GAUGE) report("wrong_instrument", "not a gauge");
  const told = spans
    .filter(({ attributes }) => attributes["kit.kind"] === "metric")
    .map(({ attributes }) =>
      JSON.stringify([attributes["kit.metric.tags"] ?? "{}", attributes["kit.metric.value"]]),
    );
  for (const { attributes, value } of dataPoints) {
    const seen = JSON.stringify([JSON.stringify(attributes), value]);
    if (!told.includes(seen)) report("metric_differs_from_spans", `${descriptor.name} ${seen}`);
  }
}
