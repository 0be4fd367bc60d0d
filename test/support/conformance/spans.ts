import { type Attributes, SpanStatusCode } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import { attributeRule, checkNameAllowed, checkValue, isContent, isKnownName } from "./attribute-values.js";
import type { CaptureMode } from "./capture.js";
import { checkContent, decodeContent } from "./content.js";
import type { Report } from "./findings.js";
import { CORE_NAMES } from "./own-names.js";
import { registry } from "./registry.js";
import { checkExpected } from "./span-expectations.js";
import { listedAttributes, type SpanType, spanTypeOf } from "./span-type.js";

/** One span with what its sampler was shown. */
export interface ObservedSpan {
  readonly span: ReadableSpan;
  /** Undefined when nobody watched the creation. */
  readonly atCreation?: Attributes;
}

/** Checks one finished span against the registry. */
export function checkSpan({ span, atCreation }: ObservedSpan, capture: CaptureMode, report: Report): void {
  const type = spanTypeOf(span);
  const operation = span.attributes["gen_ai.operation.name"];
  if (type === undefined && operation !== undefined) report("unknown_operation", String(operation));
  checkAttributes(span, type, report);
  checkContentOf(span, capture, report);
  checkStatus(span, report);
  checkSubsets(span.attributes, report);
  if (span.instrumentationScope.schemaUrl !== registry.schemaUrl && type !== undefined) {
    report("wrong_schema_url", String(span.instrumentationScope.schemaUrl));
  }
  if (type === undefined) return;
  checkKindAndName(span, type, report);
  checkExpected(span, type, report);
  if (atCreation !== undefined) checkCreation(span, type, atCreation, report);
}

function checkAttributes(span: ReadableSpan, type: SpanType | undefined, report: Report): void {
  const listed = type && listedAttributes(type.rule);
  // The MCP instrumentation enriches an open tool span instead of adding a second one.
  const mcp = type?.id.startsWith("gen_ai.execute_tool") && span.attributes["mcp.method.name"] !== undefined;
  for (const [name, value] of Object.entries(span.attributes)) {
    checkNameAllowed(name, report);
    checkValue(name, value, report);
    if (name.startsWith("kit.")) {
      if (!isKnownName(name)) report("unknown_attribute", name);
    } else if (listed === undefined) {
      // Outside GenAI other conventions apply, but the namespaces of this registry stay closed.
      if (/^(gen_ai|openai|mcp)\./.test(name) && !isKnownName(name)) report("unknown_attribute", name);
    } else if (!isKnownName(name)) {
      report("unknown_attribute", name);
    } else if (!isListed(name, listed) && !CORE_NAMES.has(name) && !mcp) {
      report("attribute_not_of_span_type", `${name} on ${type?.id}`);
    }
    if (type?.rule.forbidden?.includes(name)) report("attribute_not_of_span_type", `${name} on ${type.id}`);
  }
}

function isListed(name: string, listed: ReadonlySet<string>): boolean {
  return (
    listed.has(name) || (name.startsWith("gen_ai.prompt.variable.") && listed.has("gen_ai.prompt.variable"))
  );
}

function checkContentOf(span: ReadableSpan, capture: CaptureMode, report: Report): void {
  for (const [name, value] of Object.entries(span.attributes)) {
    if (!isContent(name)) continue;
    if (!capture.onSpan) report("content_off_by_default", name);
    if (attributeRule(name)?.type === "any" && typeof value === "string") {
      const decoded = decodeContent(name, value, report);
      if (decoded !== undefined) checkContent(name, decoded, report);
    }
  }
}

function checkStatus(span: ReadableSpan, report: Report): void {
  const failed = span.status.code === SpanStatusCode.ERROR;
  const errorType = span.attributes["error.type"];
  if (span.status.code === SpanStatusCode.OK) report("status_ok", "status OK is left to the application");
  if (failed && errorType === undefined) report("error_type_missing", String(span.status.message));
  if (!failed && errorType !== undefined) report("error_type_without_error_status", String(errorType));
  for (const event of span.events) {
    if (event.name === "exception") report("exception_on_span", "exceptions are log events, not span events");
  }
}

function checkKindAndName(span: ReadableSpan, { rule }: SpanType, report: Report): void {
  const kind = ["INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"][span.kind] ?? "";
  // Some operations may run inside the process; one that has a server does not.
  const away = span.attributes["server.address"] !== undefined && rule.kind === "CLIENT";
  if (away && kind === "INTERNAL") report("wrong_kind", "INTERNAL, though it has a server");
  if (!rule.allowedKinds.includes(kind))
    report("wrong_kind", `${kind}, not ${rule.allowedKinds.join(" or ")}`);
  const names = expectedNames(span.attributes, rule);
  if (!names.includes(span.name)) report("wrong_name", `"${span.name}", not "${names.join('" or "')}"`);
}

function expectedNames(attributes: Attributes, rule: SpanType["rule"]): string[] {
  const alternatives = rule.nameAlternatives ?? [];
  if (alternatives.length > 0) {
    // The first alternative whose every placeholder is known is the right one.
    const filled = alternatives.map((format) =>
      format.replace(/\{(.+?)\}/g, (_, key) => String(attributes[key])),
    );
    return filled.filter((name) => !name.includes("undefined")).slice(0, 1);
  }
  const head = attributes["mcp.method.name"] ?? attributes["gen_ai.operation.name"];
  const key = [rule.nameKey ?? []].flat().find((candidate) => attributes[candidate] !== undefined);
  return [key === undefined ? `${head}` : `${head} ${attributes[key]}`];
}

function checkCreation(span: ReadableSpan, { rule }: SpanType, atCreation: Attributes, report: Report): void {
  for (const name of rule.samplingRelevantByContract ?? rule.samplingRelevant) {
    if (span.attributes[name] !== undefined && atCreation[name] === undefined)
      report("not_at_creation", name);
  }
}

function checkSubsets(attributes: Attributes, report: Report): void {
  for (const [name, value] of Object.entries(attributes)) {
    for (const whole of attributeRule(name)?.subsetOf ?? []) {
      const total = attributes[whole];
      if (typeof value !== "number" || (typeof total === "number" && value <= total)) continue;
      report("token_subsets", `${name} ${value} is no part of ${whole} ${total}`);
    }
  }
}
