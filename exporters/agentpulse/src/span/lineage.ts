import { ATTR, type Inherited, inheritedAttributes, readInherited } from "@kit/genai/core";
import { type Attributes, type Context, type Span, trace } from "@opentelemetry/api";
import { type ReadableSpan, readText } from "./readable-span.js";
import { isGenAI } from "./span-type.js";

/** A span that has started, as processors receive it. */
export type StartedSpan = Span & ReadableSpan;

/** Knows the session and the agent that each span belongs to, and adds them to the span. */
export class Lineage {
  /** What each span inherited when it started. Sessions and agents of other libraries show only in the spans above. */
  readonly #facts = new WeakMap<object, Inherited>();

  /** Adds what the context hands down, unless the span has its own. */
  begin(span: StartedSpan, parent: Context): void {
    const facts = readInherited(parent);
    const above = this.#readSpanAbove(parent);
    if (facts === undefined && above === undefined) return;
    // Agents are spans, so the nearest one is found among the spans above, including those of other libraries. A session may
    // come from another process, and then only the context knows it.
    this.#facts.set(span, {
      ...toMember("sessionId", facts?.sessionId ?? above?.sessionId),
      ...toMember("agentName", above?.agentName ?? facts?.agentName),
    });
    if (facts === undefined) return;
    // The conventions allow the agent's name only on some operations; a model call is not its agent.
    stamp(span, inheritedAttributes(parent, readText(span.attributes, ATTR.operationName)));
  }

  /** What the span inherited when it started, besides its own attributes. */
  of(span: ReadableSpan): Inherited | undefined {
    return this.#facts.get(span);
  }

  #readSpanAbove(parent: Context): Inherited | undefined {
    const span = trace.getSpan(parent) as Partial<ReadableSpan> | undefined;
    if (span?.attributes === undefined) return undefined;
    const known = this.#facts.get(span);
    const sessionId = readText(span.attributes, ATTR.sessionId) ?? known?.sessionId;
    const agentName = readText(span.attributes, ATTR.agentName) ?? known?.agentName;
    if (sessionId === known?.sessionId && agentName === known?.agentName) return known;
    return { ...toMember("sessionId", sessionId), ...toMember("agentName", agentName) };
  }
}

function toMember(name: "sessionId" | "agentName", value: string | undefined): Inherited {
  return value === undefined ? {} : { [name]: value };
}

/** The session goes on every span; the other attributes only on AI spans, because they would turn any span into one. */
function stamp(span: StartedSpan, inherited: Attributes): void {
  const { attributes } = span;
  const all = isGenAI(attributes);
  const missing: Attributes = {};
  for (const name in inherited) {
    if (attributes[name] === undefined && (all || name === ATTR.sessionId)) missing[name] = inherited[name];
  }
  span.setAttributes(missing);
}
