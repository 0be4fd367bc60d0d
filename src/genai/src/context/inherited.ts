import { type Attributes, type Context, context, createContextKey } from "@opentelemetry/api";
import { isInference } from "../adapter/inference.js";
import type { ResponseFacts } from "../adapter/operation.js";
import { ATTR } from "../attributes.js";

const INHERITED = createContextKey("kit.genai.inherited");

/** What a session, scheduled job or agent hands down to every operation that starts inside it. */
export interface Inherited {
  /** Key of the innermost session or job. */
  readonly sessionId?: string;
  /** The conversation, if a framework below the session knows a more specific one. @default the session */
  readonly conversationId?: string;
  /** Name of the innermost agent. */
  readonly agentName?: string;
  /** Called with the answer of each model call inside, so that an agent can sum up its usage. */
  readonly tally?: (response: ResponseFacts) => void;
}

/** A context in which `facts` apply to everything below; members they leave out stay as they were. */
export function withInherited(facts: Inherited, parent: Context = context.active()): Context {
  const before = readInherited(parent);
  // Member by member, because spreading costs a tenth of a span.
  const inherited: { [Key in keyof Inherited]: Inherited[Key] | undefined } = {
    sessionId: facts.sessionId ?? before?.sessionId,
    // A session begins a conversation of its own.
    conversationId:
      facts.conversationId ?? (facts.sessionId === undefined ? before?.conversationId : undefined),
    agentName: facts.agentName ?? before?.agentName,
    tally: facts.tally ?? before?.tally,
  };
  return parent.setValue(INHERITED, inherited);
}

/** The facts that apply in a context; `undefined` outside every session and agent. */
export function readInherited(parent: Context): Inherited | undefined {
  return parent.getValue(INHERITED) as Inherited | undefined;
}

/** Operations that the conventions give a conversation id, besides inferences; all others carry only `session.id`. */
const CONVERSING: ReadonlySet<string> = new Set(["invoke_agent", "invoke_workflow", "execute_tool"]);

/**
 * The attributes that a span inherits from its context. The span's own win: a conversation named by the caller is not the
 * session. With `operation`, only those that the conventions allow on such a span.
 */
export function inheritedAttributes(parent: Context, operation?: string): Attributes {
  const facts = readInherited(parent);
  const attributes: Attributes = {};
  if (facts?.sessionId !== undefined) attributes[ATTR.sessionId] = facts.sessionId;
  const conversation = facts?.conversationId ?? facts?.sessionId;
  if (conversation !== undefined) {
    if (operation === undefined || isInference(operation) || CONVERSING.has(operation))
      attributes[ATTR.conversationId] = conversation;
  }
  // A tool runs for the agent around it; agents and workflows have names of their own.
  if (facts?.agentName !== undefined && (operation === undefined || operation === "execute_tool"))
    attributes[ATTR.agentName] = facts.agentName;
  return attributes;
}
