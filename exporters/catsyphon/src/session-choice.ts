import { toSessionId } from "./content.js";
import { ask, type Settings } from "./options.js";
import { type ReadableSpan, readString } from "./readable-span.js";
import type { SessionChoice, SpanNode, TraceRecord } from "./trace.js";

/** Finds the session that a span belongs to, and remembers the choice for the span. */
export class SessionChooser {
  readonly #settings: Settings;
  /** The id that was made last: spans come by the session. */
  #last = { prefix: "", name: "", id: "" };

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  choose(trace: TraceRecord, node: SpanNode, span: ReadableSpan): SessionChoice {
    const { sessionId } = this.#settings;
    const given = sessionId && ask("sessionId", () => sessionId(span));
    if (given) node.choice = { sessionId: toSessionId(given), keyedBy: "application" };
    // From the outside in, so that each finds its parent's choice made.
    const prefix = this.#prefix(span);
    const ancestors = trace.ancestors(node);
    for (let at = ancestors.length - 1; at >= 0; at--) {
      const ancestor = ancestors[at] as SpanNode;
      ancestor.choice ??= this.#pick(trace, ancestor, prefix);
    }
    node.choice ??= this.#pick(trace, node, prefix);
    return node.choice;
  }

  #pick(trace: TraceRecord, node: SpanNode, prefix: string): SessionChoice {
    const own = ownId(node);
    const chosen = own === undefined ? undefined : this.#toId(prefix, own);
    const ancestors = trace.ancestors(node);
    // An id that an ancestor carries as well was handed down, and says nothing about this span.
    const handedDown = ancestors.some((outer) => ownId(outer) === own || outer.choice?.sessionId === chosen);
    const fresh = handedDown ? undefined : chosen;
    const parent = trace.parentOf(node)?.choice;
    if (parent && this.#isSubAgent(trace, node)) {
      const sessionId = fresh ?? toSessionId(`${parent.sessionId}.${node.spanId}`);
      return { sessionId, keyedBy: "agent", parentSessionId: parent.sessionId };
    }
    if (fresh !== undefined) return { sessionId: fresh, keyedBy: "application" };
    if (parent) return parent;
    if (node.kind === "agent" && node.hasRemoteParent && this.#settings.subAgents === "session") {
      const parentSessionId = `trace-${trace.traceId}`;
      return { sessionId: `${parentSessionId}.${node.spanId}`, keyedBy: "agent", parentSessionId };
    }
    return this.#fallback(trace, prefix);
  }

  #isSubAgent(trace: TraceRecord, node: SpanNode): boolean {
    if (this.#settings.subAgents === "inline" || node.kind !== "agent") return false;
    if (isOwnLoop(node, trace.parentOf(node))) return false;
    return trace.ancestors(node).some(({ kind }) => kind === "agent");
  }

  /** Spans that name no session follow the others of their trace; the first choice stays. */
  #fallback(trace: TraceRecord, prefix: string): SessionChoice {
    if (!trace.fallback) {
      const sibling = trace
        .nodes()
        .map(ownId)
        .find((id) => id !== undefined);
      trace.fallback =
        sibling === undefined
          ? { sessionId: `trace-${trace.traceId}`, keyedBy: "trace" }
          : { sessionId: this.#toId(prefix, sibling), keyedBy: "application" };
    }
    return trace.fallback;
  }

  #toId(prefix: string, name: string): string {
    if (name !== this.#last.name || prefix !== this.#last.prefix) {
      this.#last = { prefix, name, id: toSessionId(prefix + name) };
    }
    return this.#last.id;
  }

  /** Session ids are unique on the whole server; two services may well count their conversations from 1. */
  #prefix(span: ReadableSpan): string {
    const service = readString(span.resource.attributes, "service.name");
    return this.#settings.sessionIdPrefix ?? (service ? `${service}:` : "");
  }
}

function ownId(node: SpanNode): string | undefined {
  return node.conversationId ?? node.sessionAttribute;
}

/** An SDK's loop directly inside the agent that runs it is that agent and not one that it called. */
function isOwnLoop(node: SpanNode, parent: SpanNode | undefined): boolean {
  return parent?.kind === "agent" && (node.agentName ?? parent.agentName) === parent.agentName;
}
