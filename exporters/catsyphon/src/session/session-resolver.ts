import { toSessionId } from "../message/content.js";
import { ask, type Settings } from "../options.js";
import { type ReadableSpan, readString } from "../readable-span.js";
import type { SessionIdentity, SpanNode, TraceRecord } from "../trace/trace.js";

/** Finds the session that a span belongs to, and keeps it with the span. */
export class SessionResolver {
  readonly #settings: Settings;
  /** The last id: successive spans mostly belong to the same session. */
  #last = { prefix: "", name: "", id: "" };

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  resolve(trace: TraceRecord, node: SpanNode, span: ReadableSpan): SessionIdentity {
    const { sessionId } = this.#settings;
    const given = sessionId && ask("sessionId", () => sessionId(span));
    if (given) node.identity = { sessionId: toSessionId(given), keyedBy: "application" };
    // From the outermost in, because each depends on its parent's.
    const prefix = this.#prefix(span);
    const ancestors = trace.ancestors(node);
    for (let at = ancestors.length - 1; at >= 0; at--) {
      const ancestor = ancestors[at] as SpanNode;
      ancestor.identity ??= this.#pick(trace, ancestor, prefix);
    }
    node.identity ??= this.#pick(trace, node, prefix);
    return node.identity;
  }

  #pick(trace: TraceRecord, node: SpanNode, prefix: string): SessionIdentity {
    const own = ownId(node);
    const chosen = own === undefined ? undefined : this.#toId(prefix, own);
    const ancestors = trace.ancestors(node);
    // An id that an ancestor has too was inherited: it does not make a session of this span's own.
    const inherited = ancestors.some((outer) => ownId(outer) === own || outer.identity?.sessionId === chosen);
    const distinct = inherited ? undefined : chosen;
    const parent = trace.parentOf(node)?.identity;
    if (parent && this.#isSubAgent(trace, node)) {
      const sessionId = distinct ?? toSessionId(`${parent.sessionId}.${node.spanId}`);
      return { sessionId, keyedBy: "agent", parentSessionId: parent.sessionId };
    }
    if (distinct !== undefined) return { sessionId: distinct, keyedBy: "application" };
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

  /** Spans that name no session follow the others of their trace; the first answer stays. */
  #fallback(trace: TraceRecord, prefix: string): SessionIdentity {
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

/** The agent span of an SDK's own loop, directly inside the application's agent span, is the same agent. */
function isOwnLoop(node: SpanNode, parent: SpanNode | undefined): boolean {
  return parent?.kind === "agent" && (node.agentName ?? parent.agentName) === parent.agentName;
}
