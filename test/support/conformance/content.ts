import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { attributeRule } from "./attribute-values.js";
import type { Report } from "./findings.js";
import { readSemconv, registry } from "./registry.js";

const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { binary: true } });
const compiled = new Map<string, ValidateFunction>();

/** Checks one decoded content attribute against its schema, and its parts strictly by their own type. */
export function checkContent(name: string, value: unknown, report: Report): void {
  const file = attributeRule(name)?.schema;
  if (file === undefined) return;
  // A plain-text tool result stays a string, and arguments that are no JSON are kept as they were sent.
  if (file.startsWith("tool-call-") && typeof value === "string") return;
  const validate = validator(file);
  if (!validate(value)) report("content_schema", `${name}: ${ajv.errorsText(validate.errors)}`);
  if (!Array.isArray(value)) return;
  if (file.endsWith("-messages.schema.json")) checkMessages(name, file, value, report);
  if (file === "system-instructions.schema.json")
    checkParts(name, "input-messages.schema.json", value, report);
  if (file === "tool-definitions.schema.json") checkTools(name, file, value, report);
}

/** Decodes the JSON text of a content attribute on a span; undefined after reporting text that is no JSON. */
export function decodeContent(name: string, text: string, report: Report): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    // A tool result may be plain text.
    if (name === "gen_ai.tool.call.result" || name === "gen_ai.tool.call.arguments") return text;
    report("content_schema", `${name} is no JSON: ${String(error)}`);
    return undefined;
  }
}

function checkMessages(name: string, file: string, messages: readonly unknown[], report: Report): void {
  for (const message of messages) {
    const { parts, finish_reason } = Object(message) as { parts?: unknown; finish_reason?: unknown };
    if (finish_reason !== undefined) report("deprecated_message_field", `${name}: finish_reason`);
    if (Array.isArray(parts)) checkParts(name, file, parts, report);
  }
}

/** The schemas accept any custom part, so a part with a well-known type could be malformed and still pass. */
function checkParts(name: string, file: string, parts: readonly unknown[], report: Report): void {
  for (const part of parts) {
    const definition = registry.contentParts.definitionByType[typeOf(part)];
    if (definition !== undefined) checkStrictly(name, `${file}#/$defs/${definition}`, part, report);
  }
}

function checkTools(name: string, file: string, tools: readonly unknown[], report: Report): void {
  for (const tool of tools) {
    const definition = registry.contentParts.toolDefinitionByType[typeOf(tool)];
    if (definition !== undefined) checkStrictly(name, `${file}#/$defs/${definition}`, tool, report);
  }
}

function checkStrictly(name: string, reference: string, part: unknown, report: Report): void {
  const validate = validator(reference);
  if (!validate(part)) {
    report("strict_part_types", `${name}: ${typeOf(part)} part: ${ajv.errorsText(validate.errors)}`);
  }
}

function typeOf(part: unknown): string {
  return String((Object(part) as { type?: unknown }).type);
}

function validator(reference: string): ValidateFunction {
  const known = compiled.get(reference);
  if (known !== undefined) return known;
  const [file = reference] = reference.split("#");
  if (ajv.getSchema(file) === undefined) ajv.addSchema(readSemconv(file) as object, file);
  const validate = ajv.getSchema(reference);
  if (validate === undefined) throw new Error(`No schema ${reference}`);
  compiled.set(reference, validate);
  return validate;
}
