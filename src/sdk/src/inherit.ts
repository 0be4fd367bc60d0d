import { ATTR, inheritedAttributes, readInherited } from "@kit/genai";
import type { Attributes, Context } from "@opentelemetry/api";
import type { Span, SpanProcessor } from "@opentelemetry/sdk-trace";

/**
 * Marks every span inside a session with it, those of other instrumentations too. What a span says of itself stays;
 * names of the GenAI conventions go onto spans of theirs alone.
 */
export const INHERITANCE: SpanProcessor = {
  onStart(span: Span, parent: Context): void {
    if (readInherited(parent) === undefined) return;
    const own = span.attributes;
    const operation = own[ATTR.operationName];
    const inherited =
      typeof operation === "string"
        ? inheritedAttributes(parent, operation)
        : { [ATTR.sessionId]: inheritedAttributes(parent)[ATTR.sessionId] };
    const missing: Attributes = {};
    for (const [name, value] of Object.entries(inherited)) if (!(name in own)) missing[name] = value;
    span.setAttributes(missing);
  },
  onEnd: () => {},
  forceFlush: async () => {},
  shutdown: async () => {},
};
