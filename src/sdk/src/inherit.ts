import type { Attributes, Context } from "@opentelemetry/api";
import type { Span, SpanProcessor } from "@opentelemetry/sdk-trace";
import { parts } from "./parts.js";

type Core = typeof import("@kit/genai/core");

/**
 * Marks every span inside a session with it, those of other instrumentations too. What a span says of itself stays;
 * names of the GenAI conventions go onto spans of theirs alone.
 */
export class InheritanceProcessor implements SpanProcessor {
  #core: Core | undefined;

  onStart(span: Span, parent: Context): void {
    // With the first span, which mostly comes from a package that has loaded it: a start should not wait for this.
    this.#core ??= parts.core();
    const { ATTR, inheritedAttributes, readInherited } = this.#core;
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
  }

  onEnd(): void {}

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}
