import type { Report } from "./findings.js";
import { CORE_NAMES, KIT_NAMES } from "./own-names.js";
import { type AttributeRule, registry } from "./registry.js";

/** Values of these are closed lists for the kit: what the conventions have no word for is left out. */
const CLOSED = new Set([
  "gen_ai.output.type",
  "gen_ai.response.status",
  "gen_ai.token.modality",
  "openai.api.type",
]);

const PROMPT_VARIABLE = "gen_ai.prompt.variable.";

/** The rule for a name, from the registry or the kit's own list; `gen_ai.prompt.variable.<name>` is one rule for many names. */
export function attributeRule(name: string): AttributeRule | undefined {
  const ours = KIT_NAMES.get(name);
  if (ours !== undefined) return { type: ours };
  return registry.attributes[name.startsWith(PROMPT_VARIABLE) ? "gen_ai.prompt.variable" : name];
}

/** True for a name that carries prompts, answers, tool data or documents, and so is off unless asked for. */
export function isContent(name: string): boolean {
  const rule = attributeRule(name);
  // Descriptions are recommended although marked sensitive: they are written by developers, not by users.
  const description = name === "gen_ai.tool.description" || name.startsWith("gen_ai.skill.");
  return rule?.sensitive === true && !description;
}

/** Forbidden and deprecated names, wherever they appear: spans, metrics, events. */
export function checkNameAllowed(name: string, report: Report): void {
  const { attributes, attributePrefixes, inventedAttributes } = registry.forbidden;
  const forbidden =
    attributes.includes(name) ||
    inventedAttributes.includes(name) ||
    attributePrefixes.some((prefix) => name.startsWith(prefix)) ||
    attributeRule(name)?.deprecated !== undefined;
  if (forbidden) report("forbidden_attribute", name);
}

/** A name that neither the registry nor the kit's own attribute module knows. */
export function isKnownName(name: string): boolean {
  return attributeRule(name) !== undefined || CORE_NAMES.has(name);
}

/** Type, only allowed value and closed value lists of one attribute. */
export function checkValue(
  name: string,
  value: unknown,
  report: Report,
  where: "span" | "event" = "span",
): void {
  const rule = attributeRule(name);
  if (rule === undefined) return;
  if (!hasType(rule.type, value, where)) {
    report("wrong_type", `${name} should be ${rule.type}, is ${JSON.stringify(value)}`);
  } else if (rule.onlyValue !== undefined && value !== rule.onlyValue) {
    report("wrong_value", `${name} is only ever ${rule.onlyValue}`);
  } else if (CLOSED.has(name) && rule.enum?.includes(String(value)) === false) {
    report("wrong_value", `${name} is ${JSON.stringify(value)}, one of ${rule.enum.join(", ")} expected`);
  }
}

function hasType(type: string, value: unknown, where: "span" | "event"): boolean {
  switch (type) {
    case "int":
      return Number.isSafeInteger(value);
    case "double":
      return typeof value === "number" && Number.isFinite(value);
    case "string[]":
      return Array.isArray(value) && value.every((item) => typeof item === "string");
    case "any":
      return where === "span"
        ? typeof value === "string"
        : typeof value === "object" || typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
    default:
      return typeof value === "string";
  }
}
