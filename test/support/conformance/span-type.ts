import { type Attributes, SpanKind } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import { OWN_OPERATIONS } from "./own-names.js";
import { type Condition, registry, type SpanRule } from "./registry.js";

/** The registry's rule for a span, refinements and the kit's own operations included. */
export interface SpanType {
  readonly id: string;
  readonly rule: SpanRule;
  /** An operation of ours: shaped like a registry type, but its recommendations are not expected. */
  readonly own: boolean;
}

/** Provider names that are treated as another one where the registry refines a span type. */
const REFINED_AS: Readonly<Record<string, string>> = { "azure.ai.openai": "openai" };

/** The provider whose refinements and extras apply. */
export function refiningProvider(attributes: Attributes): string {
  const provider = String(attributes["gen_ai.provider.name"]);
  return REFINED_AS[provider] ?? provider;
}

/** The span type a span claims to be, by operation, kind and provider; undefined for spans outside GenAI. */
export function spanTypeOf(span: Pick<ReadableSpan, "attributes" | "kind">): SpanType | undefined {
  const operation = span.attributes["gen_ai.operation.name"];
  const kind = SpanKind[span.kind] ?? "";
  if (span.attributes["mcp.method.name"] !== undefined && kind !== "INTERNAL") {
    const id = kind === "SERVER" ? "mcp.server" : "mcp.client";
    return { id, rule: registry.spans[id] as SpanRule, own: false };
  }
  if (typeof operation !== "string") return undefined;
  const own = OWN_OPERATIONS[operation];
  if (own !== undefined) {
    const base = registry.spans[own.like] as SpanRule;
    const nameKey = "gen_ai.request.model";
    return {
      id: operation,
      rule: { ...base, operationNames: [operation], nameKey, allowedKinds: [own.kind] },
      own: true,
    };
  }
  const named = Object.entries(registry.spans).filter(
    ([, rule]) => rule.refines === undefined && rule.operationNames.includes(operation) && !isMcp(rule),
  );
  const [id, rule] = named.find(([, candidate]) => candidate.allowedKinds.includes(kind)) ?? named[0] ?? [];
  if (id === undefined || rule === undefined) return undefined;
  return refine({ id, rule, own: false }, span.attributes);
}

/** Every attribute a span type lists, at whatever level. */
export function listedAttributes(rule: Omit<SpanRule, "kind">): Set<string> {
  const named = (conditions: readonly Condition[]) => conditions.map(({ attr }) => attr);
  return new Set([
    ...rule.required,
    ...named(rule.conditionallyRequired),
    ...rule.recommended,
    ...named(rule.recommendedWhen),
    ...rule.optIn,
  ]);
}

function isMcp(rule: SpanRule): boolean {
  return rule.required.includes("mcp.method.name");
}

function refine(base: SpanType, attributes: Attributes): SpanType {
  const wanted =
    base.id === "gen_ai.execute_tool.internal"
      ? skillRefinement(attributes)
      : providerRefinement(base, attributes);
  const rule = wanted === undefined ? undefined : registry.spans[wanted];
  return wanted === undefined || rule === undefined ? base : { id: wanted, rule, own: false };
}

function providerRefinement(base: SpanType, attributes: Attributes): string | undefined {
  const provider = refiningProvider(attributes);
  return Object.entries(registry.spans).find(
    ([, rule]) => rule.refines === base.id && rule.selector?.["gen_ai.provider.name"] === provider,
  )?.[0];
}

function skillRefinement(attributes: Attributes): string | undefined {
  const has = (name: string) => attributes[name] !== undefined;
  if (["name", "path"].some((part) => has(`process.executable.${part}`)) || has("process.exit.code"))
    return "gen_ai.execute_tool.command.internal";
  if (has("gen_ai.skill.resource.name")) return "gen_ai.execute_tool.read_skill_resource.internal";
  if (has("gen_ai.skill.name")) return "gen_ai.execute_tool.load_skill.internal";
  return undefined;
}
