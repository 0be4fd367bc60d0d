import { ATTR } from "@kit/genai/core";
import type { Attributes } from "@opentelemetry/api";
import { LruMap } from "./lru-map.js";
import { type ReadableSpan, readString } from "./readable-span.js";
import { readKind, type SpanKind } from "./span-kind.js";

/** The session a span was found to belong to. */
export interface SessionChoice {
  readonly sessionId: string;
  /** What the id comes from decides when the session ends. */
  readonly keyedBy: "application" | "trace" | "agent";
  readonly parentSessionId?: string;
}

/** What is known of a span: from its start, from its end, or only that it is somebody's parent. */
export interface SpanNode {
  readonly spanId: string;
  parentId?: string;
  /** Begun in this process with no parent in it. */
  isLocalRoot: boolean;
  hasRemoteParent: boolean;
  /** Whether it was seen itself. */
  known: boolean;
  /** Whether it and all its ancestors in this process were seen. */
  rooted: boolean;
  ended: boolean;
  /** Handed to the translation, once. */
  translated: boolean;
  kind: SpanKind;
  agentName?: string;
  agentVersion?: string;
  toolName?: string;
  toolCallId?: string;
  conversationId?: string;
  sessionAttribute?: string;
  choice?: SessionChoice;
  /** A chat span directly below it was told. */
  chatChild: boolean;
  /** A chat span anywhere below it was told. */
  chatDescendant: boolean;
  /** Errors that spans below it reported, as type and message. */
  reportedErrors?: Set<string>;
}

/** What is known of a trace. Its nodes are forgotten before the session its spans went to. */
export class TraceRecord {
  readonly nodes = new Map<string, SpanNode>();
  readonly responseIds = new Set<string>();
  /** Sessions in which its spans told something. */
  readonly sessionIds = new Set<string>();
  readonly held: ReadableSpan[] = [];
  heldSince = 0;
  /** Session of spans that name none, once one needed it. */
  fallback?: SessionChoice;
  readonly traceId: string;

  constructor(traceId: string) {
    this.traceId = traceId;
  }

  node(spanId: string): SpanNode {
    let node = this.nodes.get(spanId);
    if (!node) {
      node = {
        spanId,
        isLocalRoot: false,
        hasRemoteParent: false,
        known: false,
        rooted: false,
        ended: false,
        translated: false,
        kind: "other",
        chatChild: false,
        chatDescendant: false,
      };
      this.nodes.set(spanId, node);
    }
    return node;
  }

  parentOf(node: SpanNode): SpanNode | undefined {
    return node.parentId === undefined || node.hasRemoteParent ? undefined : this.nodes.get(node.parentId);
  }

  /** From the parent outwards, as far as spans are known. */
  *ancestors(node: SpanNode): Generator<SpanNode> {
    const seen = new Set([node]);
    for (let next = this.parentOf(node); next && !seen.has(next); next = this.parentOf(next)) {
      seen.add(next);
      yield next;
    }
  }

  /** Whether all ancestors in this process are known, so that nothing about the span can change any more. */
  isRooted(node: SpanNode): boolean {
    const path = [node];
    for (const ancestor of this.ancestors(node)) {
      path.push(ancestor);
      if (ancestor.rooted) break;
    }
    const top = path.at(-1) as SpanNode;
    const rooted = top.rooted || (top.known && top.isLocalRoot);
    if (rooted) for (const each of path) each.rooted = true;
    return rooted;
  }
}

const MAX_TRACES = 10_000;
const MAX_NODES = 100_000;

/** The traces that were seen lately. */
export class TraceIndex {
  readonly #traces = new LruMap<string, TraceRecord>(MAX_TRACES, (record) => this.#evict(record));
  #evicted: TraceRecord[] = [];
  #nodes = 0;

  get(traceId: string): TraceRecord {
    let record = this.#traces.get(traceId);
    if (!record) {
      record = new TraceRecord(traceId);
      this.#traces.set(traceId, record);
    }
    return record;
  }

  records(): IterableIterator<TraceRecord> {
    return this.#traces.values();
  }

  /** Traces that had to give way although spans of theirs still wait; to be told as they are. */
  takeEvicted(): TraceRecord[] {
    return this.#evicted.splice(0);
  }

  /** Notes what a span tells when it starts, or everything when it has ended. */
  note(span: ReadableSpan, ended: boolean): SpanNode {
    const { traceId, spanId } = span.spanContext();
    const record = this.get(traceId);
    const before = record.nodes.size;
    const node = record.node(spanId);
    node.known = true;
    node.ended ||= ended;
    const parent = readParent(span);
    if (parent) {
      node.parentId = parent.spanId;
      node.hasRemoteParent = parent.isRemote;
    }
    node.isLocalRoot = !parent || parent.isRemote;
    readFacts(node, span.attributes);
    // So that the parent can be told of its children before it is seen itself.
    if (parent && !parent.isRemote) record.node(parent.spanId);
    this.#nodes += record.nodes.size - before;
    if (this.#nodes > MAX_NODES) this.#shrink(record);
    return node;
  }

  /** Forgets the nodes of the oldest traces; which session they went to stays known. */
  #shrink(current: TraceRecord): void {
    for (const record of this.#traces.values()) {
      if (this.#nodes <= MAX_NODES * 0.8) return;
      if (record === current || record.held.length > 0) continue;
      this.#forget(record);
    }
  }

  #evict(record: TraceRecord): void {
    if (record.held.length === 0) this.#forget(record);
    else {
      this.#nodes -= record.nodes.size;
      this.#evicted.push(record);
    }
  }

  #forget(record: TraceRecord): void {
    this.#nodes -= record.nodes.size;
    record.nodes.clear();
    record.responseIds.clear();
    record.sessionIds.clear();
  }
}

function readFacts(node: SpanNode, attributes: Attributes): void {
  node.kind = readKind(attributes);
  assign(node, "agentName", readString(attributes, ATTR.agentName));
  assign(node, "agentVersion", readString(attributes, ATTR.agentVersion));
  assign(node, "toolName", readString(attributes, ATTR.toolName));
  assign(node, "toolCallId", readString(attributes, ATTR.toolCallId));
  assign(node, "conversationId", readString(attributes, ATTR.conversationId));
  assign(node, "sessionAttribute", readString(attributes, ATTR.sessionId));
}

function assign<K extends keyof SpanNode>(node: SpanNode, key: K, value: SpanNode[K] | undefined): void {
  if (value !== undefined) node[key] = value;
}

function readParent(span: ReadableSpan): { spanId: string; isRemote: boolean } | undefined {
  const parent = span.parentSpanContext;
  if (parent?.spanId) return { spanId: parent.spanId, isRemote: parent.isRemote === true };
  // The 1.x line of the SDK tells the id alone.
  const { parentSpanId } = span as { parentSpanId?: string };
  return parentSpanId ? { spanId: parentSpanId, isRemote: false } : undefined;
}
