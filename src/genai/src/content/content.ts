import { diag } from "@opentelemetry/api";
import type { AnyValueMap } from "@opentelemetry/api-logs";
import type { ToolDefinition } from "../adapter/messages.js";
import type { Content } from "../adapter/operation.js";
import type { AttributeSink } from "../attribute-sink.js";
import { ATTR, KIT_ATTR } from "../attributes.js";
import type { ContentPolicy } from "./content-policy.js";
import { truncate } from "./truncate.js";

const MAX_DEPTH = 64;

/** Runs the redact hook. `undefined` means that nothing may be recorded: the hook fails closed. */
export function redactContent(
  content: Content,
  policy: ContentPolicy,
  sink: AttributeSink,
): Content | undefined {
  const bounded = policy.toolDetails ? content : withoutToolDetails(content);
  if (policy.redact === undefined) return bounded;
  try {
    return policy.redact(bounded);
  } catch (error) {
    sink.setAttribute(KIT_ATTR.contentDropped, "redact_failed");
    diag.error(
      "redact threw; the content of this operation is not recorded.",
      (error as Error | undefined)?.name,
    );
    return undefined;
  }
}

/** Adds the content as JSON strings, the only structured form a span attribute can take. */
export function setContent(sink: AttributeSink, content: Content, maxLength: number): void {
  const cut = { characters: 0 };
  eachPart(content, (name, value) => {
    const text = typeof value === "string" ? cutText(value, maxLength, cut) : toJson(value, maxLength, cut);
    sink.setAttribute(name, text);
  });
  if (cut.characters > 0) sink.setAttribute(KIT_ATTR.contentCut, cut.characters);
}

/** Adds the content as structured values, as log events want it. */
export function setStructuredContent(attributes: AnyValueMap, content: Content, maxLength: number): void {
  const cut = { characters: 0 };
  eachPart(content, (name, value) => {
    attributes[name] = toPlain(value, maxLength, cut, new Set()) as AnyValueMap;
  });
  if (cut.characters > 0) attributes[KIT_ATTR.contentCut] = cut.characters;
}

/** Calls `use` for every piece of content there is, with the name of its attribute. */
function eachPart(content: Content, use: (name: string, value: unknown) => void): void {
  const useIfAny = (name: string, value: unknown) => {
    if (!isEmpty(value)) use(name, value);
  };
  useIfAny(ATTR.systemInstructions, content.systemInstructions);
  useIfAny(ATTR.inputMessages, content.inputMessages);
  useIfAny(ATTR.outputMessages, content.outputMessages);
  useIfAny(ATTR.toolDefinitions, content.toolDefinitions);
  useIfAny(ATTR.toolCallArguments, content.toolArguments);
  useIfAny(ATTR.toolCallResult, content.toolResult);
  useIfAny(ATTR.retrievalQueryText, content.retrievalQuery);
  useIfAny(ATTR.retrievalDocuments, content.retrievalDocuments);
  if (content.promptVariables == null) return;
  for (const [name, value] of Object.entries(content.promptVariables)) {
    useIfAny(`${ATTR.promptVariable}.${name}`, value);
  }
}

function isEmpty(value: unknown): boolean {
  return value == null || (Array.isArray(value) && value.length === 0);
}

function withoutToolDetails(content: Content): Content {
  const { toolDefinitions } = content;
  if (toolDefinitions === undefined || toolDefinitions.length === 0) return content;
  const bare = ({ type, name }: ToolDefinition) => ({ type, name });
  return { ...content, toolDefinitions: toolDefinitions.map(bare) };
}

interface Cut {
  characters: number;
}

/** Most content is small and plain, and takes one `JSON.stringify`. Long or odd content is copied within the limits first. */
function toJson(value: unknown, maxLength: number, cut: Cut): string {
  try {
    const text = JSON.stringify(value);
    if (text.length <= maxLength) return text;
  } catch {
    // A cycle, a BigInt or a throwing getter: the bounded copy below can handle it.
  }
  return JSON.stringify(toPlain(value, maxLength, cut, new Set()));
}

function cutText(text: string, maxLength: number, cut: Cut): string {
  if (text.length <= maxLength) return text;
  const kept = truncate(text, maxLength);
  const lost = text.length - kept.length;
  cut.characters += lost;
  return `${kept}… [${lost} characters cut]`;
}

function toPlain(value: unknown, maxLength: number, cut: Cut, above: Set<object>): unknown {
  if (typeof value === "string") return cutText(value, maxLength, cut);
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "boolean" || value == null) return value;
  if (typeof value !== "object") return undefined;
  if (above.has(value) || above.size >= MAX_DEPTH) return "[circular or too deep]";
  above.add(value);
  try {
    return copyObject(value, maxLength, cut, above);
  } catch {
    return "[unreadable]";
  } finally {
    above.delete(value);
  }
}

function copyObject(value: object, maxLength: number, cut: Cut, above: Set<object>): unknown {
  if (value instanceof Uint8Array || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.map((item) => toPlain(item, maxLength, cut, above) ?? null);
  const { toJSON } = value as { toJSON?: () => unknown };
  if (typeof toJSON === "function") return toPlain(toJSON.call(value), maxLength, cut, above);
  const copy: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    const plain = toPlain(member, maxLength, cut, above);
    if (plain !== undefined) copy[key] = plain;
  }
  return copy;
}
