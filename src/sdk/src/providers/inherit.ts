import type { Attributes, Context } from "@opentelemetry/api";
import type { Span, SpanProcessor } from "@opentelemetry/sdk-trace";
import { lazy } from "../lazy-packages.js";

type Core = typeof import("@kit/genai/core");

/**
 * Adds the session to every span inside it, including those of other instrumentations. A span's own attributes win; those of
 * the GenAI conventions are added only to GenAI spans.
 */
export class InheritanceProcessor implements SpanProcessor {
  #core: Core | undefined;

  onStart(span: Span, parent: Context): void {
    // Loaded with the first span, so that the start does not wait for it; whoever made the span has usually loaded it already.
    this.#core ??= lazy.core();
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
