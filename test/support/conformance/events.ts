import { isDeepStrictEqual } from "node:util";
import { type Attributes, SpanKind } from "@opentelemetry/api";
import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import { checkNameAllowed, checkValue, isContent, isKnownName } from "./attribute-values.js";
import type { CaptureMode } from "./capture.js";
import { checkContent } from "./content.js";
import type { Report } from "./findings.js";
import { CORE_NAMES } from "./own-names.js";
import { type EventRule, registry } from "./registry.js";
import { listedAttributes, spanTypeOf } from "./span-type.js";

/** The event that repeats an inference span for log pipelines. */
export const DETAILS_EVENT = "gen_ai.client.inference.operation.details";
/** The event that carries the exception of a failed operation. */
export const EXCEPTION_EVENT = "gen_ai.client.operation.exception";

/** Checks one log record of the kit; `span` is the one whose context it carries. */
export function checkEvent(
  record: ReadableLogRecord,
  span: ReadableSpan | undefined,
  capture: CaptureMode,
  report: Report,
): void {
  const rule = registry.events[record.eventName ?? ""];
  if (rule === undefined) {
    report("unknown_event", record.eventName ?? "(no event name)");
    return;
  }
  checkShape(record, rule, report);
  checkEventAttributes(record, rule, span, capture, report);
  // A span that the library made by itself tells the same call in its own words.
  const isOurs = span?.instrumentationScope.name === record.instrumentationScope.name;
  if (record.eventName === DETAILS_EVENT && span !== undefined && isOurs)
    checkAgainstSpan(record, span, capture, report);
}

/** Each inference span has its details event, each failed client span its exception event: once. */
export function checkEventsComplete(
  records: readonly ReadableLogRecord[],
  spans: readonly ReadableSpan[],
  report: Report,
): void {
  for (const span of spans) {
    const type = spanTypeOf(span);
    if (type === undefined || type.own) continue;
    const { spanId } = span.spanContext();
    const count = (name: string) =>
      records.filter(({ eventName, spanContext }) => eventName === name && spanContext?.spanId === spanId)
        .length;
    const details = type.id.endsWith("gen_ai.client.inference") ? 1 : 0;
    if (count(DETAILS_EVENT) !== details)
      report("event_differs_from_span", `${count(DETAILS_EVENT)} × ${DETAILS_EVENT} for ${span.name}`);
    const most = span.attributes["error.type"] === undefined ? 0 : 1;
    if (count(EXCEPTION_EVENT) > most || (details === 1 && count(EXCEPTION_EVENT) < most))
      report("event_differs_from_span", `${count(EXCEPTION_EVENT)} × ${EXCEPTION_EVENT} for ${span.name}`);
  }
}

function checkShape(record: ReadableLogRecord, rule: EventRule, report: Report): void {
  if (record.body !== undefined && record.body !== null) report("wrong_event_shape", "an event has no body");
  if (rule.severityNumber !== null && record.severityNumber !== rule.severityNumber)
    report("wrong_event_shape", `severity ${record.severityNumber}, not ${rule.severityNumber}`);
  if (record.spanContext === undefined) report("wrong_event_shape", "no span context");
  for (const name of rule.required) {
    if (record.attributes[name] === undefined) report("missing_required", name);
  }
  const { attributes } = record;
  const exception = rule === registry.events[EXCEPTION_EVENT];
  if (
    exception &&
    attributes["exception.type"] === undefined &&
    attributes["exception.message"] === undefined
  )
    report("missing_conditional", "exception.type or exception.message");
}

function checkEventAttributes(
  record: ReadableLogRecord,
  rule: EventRule,
  span: ReadableSpan | undefined,
  capture: CaptureMode,
  report: Report,
): void {
  const listed = listedAttributes({ ...UNNAMED, ...rule });
  // A refinement of the span type adds its attributes to the event as well, sampled or not.
  const { attributes = record.attributes as Attributes, kind = SpanKind.CLIENT } = span ?? {};
  const refined = record.eventName === DETAILS_EVENT ? spanTypeOf({ attributes, kind })?.rule : undefined;
  for (const name of refined ? listedAttributes(refined) : []) listed.add(name);
  for (const [name, value] of Object.entries(record.attributes)) {
    checkNameAllowed(name, report);
    checkValue(name, value, report, "event");
    if (!isKnownName(name)) report("unknown_attribute", name);
    else if (!listed.has(name) && !isOpen(name)) report("attribute_not_of_span_type", `${name} on an event`);
    if (!isContent(name)) continue;
    if (!capture.onEvent) report("content_off_by_default", name);
    if (registry.attributes[name]?.type === "any") {
      if (typeof value === "string" && !name.startsWith("gen_ai.tool.call.")) {
        report("wrong_event_shape", `${name} is JSON text, structured expected`);
      } else checkContent(name, value, report);
    }
  }
}

function isOpen(name: string): boolean {
  return name.startsWith("kit.") || name.startsWith("gen_ai.prompt.variable.") || CORE_NAMES.has(name);
}

function checkAgainstSpan(
  record: ReadableLogRecord,
  span: ReadableSpan,
  capture: CaptureMode,
  report: Report,
): void {
  const plain = (attributes: object) =>
    Object.fromEntries(
      Object.entries(attributes).filter(([name]) => !isContent(name) && !name.startsWith("kit.")),
    );
  const [onSpan, onEvent] = [plain(span.attributes), plain(record.attributes)];
  for (const name of new Set([...Object.keys(onSpan), ...Object.keys(onEvent)])) {
    if (!isDeepStrictEqual(onSpan[name], onEvent[name]))
      report("event_differs_from_span", `${name}: ${JSON.stringify([onEvent[name], onSpan[name]])}`);
  }
  if (!capture.onEvent || !capture.onSpan) return;
  for (const [name, value] of Object.entries(span.attributes)) {
    if (!isContent(name) || registry.attributes[name]?.type !== "any") continue;
    // Through JSON, because a structured value may hold members that are undefined.
    const structured: unknown = JSON.parse(JSON.stringify(record.attributes[name] ?? null));
    if (!isDeepStrictEqual(JSON.parse(String(value)), structured))
      report("event_differs_from_span", `${name} is ${JSON.stringify(structured)}, on the span ${value}`);
  }
}

const UNNAMED = { operationNames: [], allowedKinds: [], nameKey: null, samplingRelevant: [] };
