import type { Attributes } from "@opentelemetry/api";
import { DataPointType, type MetricData } from "@opentelemetry/sdk-metrics";
import { checkNameAllowed, checkValue, isKnownName } from "./attribute-values.js";
import type { Report } from "./findings.js";
import { CORE_NAMES, KIT_NAMES, OWN_OPERATIONS } from "./own-names.js";
import { type MetricRule, registry } from "./registry.js";
import { listedAttributes, refiningProvider } from "./span-type.js";

/** Checks the shape of one metric: name, instrument, unit, buckets, attributes, operations. */
export function checkMetric(metric: MetricData, report: Report): void {
  const { name } = metric.descriptor;
  const rule = registry.metrics[name];
  for (const { attributes } of metric.dataPoints) {
    for (const [key, value] of Object.entries(attributes)) {
      checkNameAllowed(key, report);
      checkValue(key, value, report);
      if (!isKnownName(key)) report("unknown_attribute", key);
    }
  }
  if (rule === undefined) {
    if (!KIT_NAMES.has(name)) report("unknown_metric", name);
    return;
  }
  checkInstrument(metric, rule, report);
  for (const { attributes } of metric.dataPoints) checkMetricAttributes(attributes, rule, report);
}

function checkInstrument(metric: MetricData, rule: MetricRule, report: Report): void {
  if (metric.descriptor.unit !== rule.unit)
    report("wrong_unit", `${metric.descriptor.unit}, not ${rule.unit}`);
  const expected = rule.instrument === "histogram" ? DataPointType.HISTOGRAM : DataPointType.SUM;
  if (metric.dataPointType !== expected) report("wrong_instrument", `not a ${rule.instrument}`);
  if (metric.dataPointType === DataPointType.SUM && !metric.isMonotonic)
    report("wrong_instrument", "not monotonic");
  if (metric.dataPointType !== DataPointType.HISTOGRAM) return;
  for (const { value } of metric.dataPoints) {
    const seen = JSON.stringify(value.buckets.boundaries);
    if (seen !== JSON.stringify(rule.buckets)) report("wrong_buckets", seen);
  }
}

function checkMetricAttributes(attributes: Attributes, rule: MetricRule, report: Report): void {
  const listed = metricAttributes(rule, attributes);
  for (const name of Object.keys(attributes)) {
    if (!listed.has(name) && !name.startsWith("kit.") && !CORE_NAMES.has(name))
      report("wrong_metric_attribute", `${name} is not listed`);
  }
  for (const name of rule.required) {
    if (attributes[name] === undefined) report("wrong_metric_attribute", `${name} is missing`);
  }
  if (attributes["server.address"] !== undefined && attributes["server.port"] === undefined) {
    report("wrong_metric_attribute", "server.port is missing");
  }
  const operation = String(attributes["gen_ai.operation.name"]);
  const other = rule.operations !== undefined && !rule.operations.includes(operation);
  const ours = rule.excludedOperations !== undefined && OWN_OPERATIONS[operation] !== undefined;
  if (other && !ours) report("wrong_metric_attribute", `not a metric of ${operation}`);
}

/** Every attribute a data point may carry, the extras of its provider included. */
export function metricAttributes(rule: MetricRule, attributes: Attributes): Set<string> {
  const extras = rule.providerExtras?.[refiningProvider(attributes)] ?? [];
  return new Set([...listedAttributes({ ...EMPTY, ...rule }), ...extras]);
}

const EMPTY = { operationNames: [], allowedKinds: [], nameKey: null, samplingRelevant: [] };
