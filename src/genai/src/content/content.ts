import type { Attributes } from "@opentelemetry/api";
import type { AnyValueMap } from "@opentelemetry/api-logs";
import type { Content } from "../adapter/operation.js";
import { ATTR, KIT_ATTR } from "../attributes.js";
import { isLight, PlainCopies } from "./plain.js";

/** Adds the content as JSON strings, the only structured form a span attribute can take. */
export function setContent(attributes: Attributes, content: Content, maxLength: number): void {
  const copies = new PlainCopies(maxLength);
  eachPiece(content, (name, value, foreign) => {
    attributes[name] =
      typeof value === "string"
        ? copies.text(value)
        : ((foreign && !isLight(value) ? undefined : shortJson(value, maxLength)) ??
          JSON.stringify(copies.copy(value)));
  });
  if (copies.cut > 0) attributes[KIT_ATTR.contentCut] = copies.cut;
}

/** Adds the content as structured values, as log events want it. */
export function setStructuredContent(attributes: AnyValueMap, content: Content, maxLength: number): void {
  const copies = new PlainCopies(maxLength);
  eachPiece(content, (name, value) => {
    attributes[name] = copies.copy(value) as AnyValueMap;
  });
  if (copies.cut > 0) attributes[KIT_ATTR.contentCut] = copies.cut;
}

/** Takes a piece of content; `foreign` data is of the application's own making. */
type Use = (name: string, value: unknown, foreign: boolean) => void;

/** Calls `use` for every piece of content there is, with the name of its attribute. */
function eachPiece(content: Content, use: Use): void {
  const useIfAny = (name: string, value: unknown, foreign = false) => {
    if (!isEmpty(value)) use(name, value, foreign);
  };
  useIfAny(ATTR.systemInstructions, content.systemInstructions);
  useIfAny(ATTR.inputMessages, content.inputMessages);
  useIfAny(ATTR.outputMessages, content.outputMessages);
  useIfAny(ATTR.toolDefinitions, content.toolDefinitions);
  useIfAny(ATTR.toolCallArguments, content.toolArguments, true);
  useIfAny(ATTR.toolCallResult, content.toolResult, true);
  useIfAny(ATTR.retrievalQueryText, content.retrievalQuery);
  useIfAny(ATTR.retrievalDocuments, content.retrievalDocuments, true);
  if (content.promptVariables == null) return;
  for (const [name, value] of Object.entries(content.promptVariables)) {
    useIfAny(`${ATTR.promptVariable}.${name}`, value);
  }
}

function isEmpty(value: unknown): boolean {
  return value == null || (Array.isArray(value) && value.length === 0);
}

/** Most content is small and plain, and takes one `JSON.stringify`. Anything else has to be copied within the limits first. */
function shortJson(value: unknown, maxLength: number): string | undefined {
  try {
    const text = JSON.stringify(value);
    return text.length <= maxLength ? text : undefined;
  } catch {
    // A cycle, a BigInt or a throwing getter.
    return undefined;
  }
}
