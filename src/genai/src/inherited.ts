import { type Attributes, type Context, context, createContextKey } from "@opentelemetry/api";
import { ATTR } from "./attributes.js";

const INHERITED = createContextKey("kit.genai.inherited");

/** What a session, scheduled job or agent hands down to every operation that starts inside it. */
export interface Inherited {
  /** Key of the innermost session or job. */
  readonly sessionId?: string;
  /** Name of the innermost agent. */
  readonly agentName?: string;
}

/** A context in which `facts` hold for everything below; what they leave out stays as it was. */
export function withInherited(facts: Inherited, parent: Context = context.active()): Context {
  return parent.setValue(INHERITED, { ...readInherited(parent), ...facts });
}

/** What holds in a context; `undefined` outside every session and agent. */
export function readInherited(parent: Context): Inherited | undefined {
  return parent.getValue(INHERITED) as Inherited | undefined;
}

/**
 * The attributes that an operation starting in this context takes over. Those it has by itself win: a
 * conversation the caller named is not the session.
 */
export function inheritedAttributes(parent: Context): Attributes {
  const facts = readInherited(parent);
  const attributes: Attributes = {};
  if (facts?.sessionId !== undefined) {
    attributes[ATTR.sessionId] = facts.sessionId;
    attributes[ATTR.conversationId] = facts.sessionId;
  }
  if (facts?.agentName !== undefined) attributes[ATTR.agentName] = facts.agentName;
  return attributes;
}
