import { type Attributes, SpanStatusCode } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import type { Report } from "./findings.js";
import { type Condition, registry } from "./registry.js";
import type { SpanType } from "./span-type.js";

/** Recommended without a condition, but only ever there when the caller set it or the provider sends it. */
const NOT_PROMISED = new Set([
  ...(registry.conformanceRules.find(({ id }) => id === "genai_expected_attribute_missing")?.notExpected ??
    []),
  "gen_ai.request.top_k",
  "gen_ai.request.encoding_formats",
  "gen_ai.retrieval.top_k",
  "aws.bedrock.guardrail.id",
  "aws.bedrock.knowledge_base.id",
  "openai.response.system_fingerprint",
]);

/** Attributes that are due on this span: required ones, conditions that hold, and what every answer brings. */
export function checkExpected(span: ReadableSpan, { rule, own }: SpanType, report: Report): void {
  const { attributes } = span;
  for (const name of rule.required) {
    if (attributes[name] === undefined && !rule.relaxedByContract?.includes(name))
      report("missing_required", name);
  }
  const due = (conditions: readonly Condition[]) =>
    conditions.filter(({ check }) => check !== undefined && holds(check, span));
  for (const { attr, when } of [...due(rule.conditionallyRequired), ...due(rule.recommendedWhen)]) {
    if (attributes[attr] === undefined && answersWith(attr, span))
      report("missing_conditional", `${attr} (${when})`);
  }
  for (const name of own ? ["server.address"] : rule.recommended) {
    if (NOT_PROMISED.has(name) || attributes[name] !== undefined || !answersWith(name, span)) continue;
    report("missing_expected", name);
  }
  for (const [name, value] of Object.entries(rule.fixedValues ?? {})) {
    if (attributes[name] !== undefined && attributes[name] !== value)
      report("wrong_value", `${name} is ${value}`);
  }
}

function holds(check: string, { attributes, status }: ReadableSpan): boolean {
  const [verb, rest = ""] = [check.slice(0, check.indexOf(":")), check.slice(check.indexOf(":") + 1)];
  if (verb === "has") return attributes[rest] !== undefined;
  if (verb === "lacks") return attributes[rest] === undefined;
  if (verb === "status") return status.code === SpanStatusCode.ERROR;
  const [, name = "", operator, expected] = /^(.+?)(\^=|!=|=)(.+)$/.exec(rest) ?? [];
  if (verb !== "value" || operator === undefined) return false; // `scenario:` needs to know what the test asked for
  const value = attributes[name] === undefined ? undefined : String(attributes[name]);
  if (value === undefined) return false;
  if (operator === "^=") return value.startsWith(String(expected));
  return operator === "=" ? value === expected : value !== expected;
}

/** False for facts only an answer can bring, where no full answer was read. */
function answersWith(name: string, span: ReadableSpan): boolean {
  const { attributes } = span;
  // An agent that the application marked need not call a model.
  if (attributes["kit.kind"] === "agent" && /^gen_ai\.(usage|response)\./.test(name)) return false;
  if (name === "openai.api.type") return attributes["gen_ai.operation.name"] !== "text_completion";
  if (name.startsWith("gen_ai.usage.")) return answered(span) && attributes["kit.usage.missing"] !== true;
  if (name === "gen_ai.response.finish_reasons") return answered(span) && !isUnderWay(attributes);
  if (name.startsWith("gen_ai.response.") || name === "gen_ai.embeddings.dimension.count")
    return answered(span);
  return true;
}

function answered({ attributes, status }: ReadableSpan): boolean {
  const outcome = attributes["kit.outcome"] ?? "completed";
  return status.code !== SpanStatusCode.ERROR && outcome === "completed";
}

/** A background response that has not finished has no reason to have finished. */
function isUnderWay(attributes: Attributes): boolean {
  return ["queued", "in_progress"].includes(String(attributes["gen_ai.response.status"]));
}
