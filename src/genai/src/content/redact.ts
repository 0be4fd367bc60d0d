import { type Attributes, diag } from "@opentelemetry/api";
import type { ToolDefinition } from "../adapter/messages.js";
import type { Content } from "../adapter/operation.js";
import { KIT_ATTR } from "../attributes.js";
import { memberOf } from "../record/thrown.js";
import { conformContent } from "./conform.js";
import type { ContentPolicy } from "./content-policy.js";
import { PlainCopies } from "./plain.js";

/**
 * Runs the redact hook. `undefined` means that nothing may be recorded: the hook fails closed, and `attributes` say so.
 */
export function redactContent(
  content: Content,
  { toolDetails, redact }: ContentPolicy,
  attributes: Attributes,
): Content | undefined {
  const bounded = toolDetails ? content : withoutToolDetails(content);
  if (redact === undefined) return bounded;
  try {
    // A copy, since a hook may change what it is given: arguments and results are objects that the application goes on
    // to use, and that the model gets to see.
    const given = new PlainCopies(Number.POSITIVE_INFINITY).copy(bounded);
    const redacted: unknown = redact(given as Content);
    if (redacted == null) return undefined;
    if (isContent(redacted)) return conformContent({ ...redacted });
    // What it promised may fail, too, and nobody else will hear of it.
    if (redacted instanceof Promise) redacted.catch(() => {});
    throw new TypeError("redact must return content, and at once");
  } catch (error) {
    attributes[KIT_ATTR.contentDropped] = "redact_failed";
    diag.error("redact failed; the content of this operation is not recorded.", memberOf(error, "name"));
    return undefined;
  }
}

const LISTS = ["inputMessages", "outputMessages", "systemInstructions", "toolDefinitions"] as const;

function isContent(value: unknown): value is Content {
  if (typeof value !== "object" || value instanceof Promise || Array.isArray(value)) return false;
  return LISTS.every((name) => memberOf(value, name) == null || Array.isArray(memberOf(value, name)));
}

function withoutToolDetails(content: Content): Content {
  const { toolDefinitions } = content;
  if (toolDefinitions === undefined || toolDefinitions.length === 0) return content;
  const bare = ({ type, name }: ToolDefinition) => ({ type, name });
  return { ...content, toolDefinitions: toolDefinitions.map(bare) };
}
