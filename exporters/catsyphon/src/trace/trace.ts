import { ATTR } from "@kit/genai/core";
import { type Attributes, type SpanContext, TraceFlags } from "@opentelemetry/api";
import { LruMap } from "../bounded/lru-map.js";
import type { SmallSet } from "../bounded/small-set.js";
import { type OperationKind, readOperationKind } from "../genai-attributes.js";
import { type ReadableSpan, readString } from "../readable-span.js";

/** The session a span belongs to. */
export interface SessionIdentity {
  readonly sessionId: string;
  /** What the id comes from decides when the session ends. */
  readonly keyedBy: "application" | "trace" | "agent";
  readonly parentSessionId?: string;
}

/**
 * What is known of a span: from its start, from its end, or only that it is somebody's parent. Thousands are kept, so
 * all have all members from the beginning: objects that grow one member at a time are slow to make and to read.
 */
export class SpanNode {
  readonly spanId: string;
  parentId: string | undefined = undefined;
  /** Begun in this process with no parent in it that is exported. */
  isLocalRoot = false;
  hasRemoteParent = false;
  /** Whether it was seen itself. */
  known = false;
  /** Whether it and all its ancestors in this process were seen. */
  rooted = false;
  ended = false;
  /** Handed to the translation, once. */
  translated = false;
  kind: OperationKind = "other";
  agentName: string | undefined = undefined;
  agentVersion: string | undefined = undefined;
  toolName: string | undefined = undefined;
  toolCallId: string | undefined = undefined;
  conversationId: string | undefined = undefined;
  sessionAttribute: string | undefined = undefined;
  identity: SessionIdentity | undefined = undefined;
  /** Whether a chat span directly below it was translated. */
  chatChild = false;
  /** Whether a chat span anywhere below it was translated. */
  chatDescendant = false;
  /** Errors that spans below it reported, as type and message. */
  reportedErrors: SmallSet<string> | undefined = undefined;

  constructor(spanId: string) {
    this.spanId = spanId;
  }
}

const NO_ANCESTORS: readonly SpanNode[] = [];

/** What is known of a trace. Its nodes are forgotten before the session its spans went to. */
export class TraceRecord {
  /** The node that was made first; many traces have no other. */
  #first: SpanNode | undefined = undefined;
  #others: Map<string, SpanNode> | undefined = undefined;
  responseIds: SmallSet<string> | undefined = undefined;
  /** Sessions that have events of its spans. */
  sessionIds: SmallSet<string> | undefined = undefined;
  /** Spans that wait. */
  held: ReadableSpan[] | undefined = undefined;
  /** By `performance.now()`, as all that is compared later: the system clock may be changed. */
  heldSince = 0;
  /** Session of spans that name none, once one needed it. */
  fallback: SessionIdentity | undefined = undefined;
  readonly traceId: string;

  constructor(traceId: string) {
    this.traceId = traceId;
  }

  node(spanId: string): SpanNode {
    return this.#find(spanId) ?? this.#add(new SpanNode(spanId));
  }

  /** How many spans are known. */
  get size(): number {
    return (this.#first ? 1 : 0) + (this.#others?.size ?? 0);
  }

  nodes(): SpanNode[] {
    return this.#first ? [this.#first, ...(this.#others?.values() ?? [])] : [];
  }

  /** Forgets its spans; which session they went to stays known. */
  forget(): void {
    this.#first = undefined;
    this.#others = undefined;
    this.responseIds = undefined;
    this.sessionIds = undefined;
  }

  parentOf(node: SpanNode): SpanNode | undefined {
    return node.parentId === undefined || node.hasRemoteParent ? undefined : this.#find(node.parentId);
  }

  #find(spanId: string): SpanNode | undefined {
    return this.#first?.spanId === spanId ? this.#first : this.#others?.get(spanId);
  }

  #add(node: SpanNode): SpanNode {
    if (this.#first === undefined) this.#first = node;
    else {
      this.#others ??= new Map();
      this.#others.set(node.spanId, node);
    }
    return node;
  }

  /** From the parent outwards, as far as spans are known. */
  ancestors(node: SpanNode): readonly SpanNode[] {
    let next = this.parentOf(node);
    if (next === undefined) return NO_ANCESTORS;
    const found = new Set([node]);
    for (; next !== undefined && !found.has(next); next = this.parentOf(next)) found.add(next);
    return [...found].slice(1);
  }

  /** The outermost ancestor that is known, or the span itself. */
  rootOf(node: SpanNode): SpanNode {
    return this.ancestors(node).at(-1) ?? node;
  }

  /** Whether all ancestors in this process are known, so that nothing about the span can change any more. */
  isRooted(node: SpanNode): boolean {
    if (node.rooted) return true;
    const path = [node, ...this.ancestors(node)];
    const isRooted = path.some(({ rooted }) => rooted) || isOutermost(path.at(-1) as SpanNode);
    if (isRooted) for (const each of path) each.rooted = true;
    return isRooted;
  }
}

function isOutermost({ known, isLocalRoot }: SpanNode): boolean {
  return known && isLocalRoot;
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

  records(): Iterable<TraceRecord> {
    return this.#traces.values();
  }

  /** Traces that were evicted while spans of theirs still waited; these are translated as they are. */
  takeEvicted(): TraceRecord[] {
    return this.#evicted.splice(0);
  }

  /** Records what is known of a span at its start or at its end. */
  record(span: ReadableSpan, ended: boolean): { readonly trace: TraceRecord; readonly node: SpanNode } {
    const { traceId, spanId } = span.spanContext();
    const record = this.get(traceId);
    const before = record.size;
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
    // So that its children can be recorded with the parent before it is seen itself.
    if (parent && !parent.isRemote) record.node(parent.spanId);
    this.#nodes += record.size - before;
    return { trace: record, node };
  }

  /** Forgets the nodes of the oldest traces, where too many are known. */
  shrink(): void {
    if (this.#nodes <= MAX_NODES) return;
    for (const record of this.#traces.values()) {
      if (this.#nodes <= MAX_NODES * 0.8) return;
      if (record.held) continue;
      this.#nodes -= record.size;
      record.forget();
    }
  }

  #evict(record: TraceRecord): void {
    this.#nodes -= record.size;
    if (record.held) this.#evicted.push(record);
  }
}

function readFacts(node: SpanNode, attributes: Attributes): void {
  node.kind = readOperationKind(attributes);
  node.agentName = readString(attributes, ATTR.agentName) ?? node.agentName;
  node.agentVersion = readString(attributes, ATTR.agentVersion) ?? node.agentVersion;
  node.toolName = readString(attributes, ATTR.toolName) ?? node.toolName;
  node.toolCallId = readString(attributes, ATTR.toolCallId) ?? node.toolCallId;
  node.conversationId = readString(attributes, ATTR.conversationId) ?? node.conversationId;
  node.sessionAttribute = readString(attributes, ATTR.sessionId) ?? node.sessionAttribute;
}

function readParent(span: ReadableSpan): { spanId: string; isRemote: boolean } | undefined {
  const parent = span.parentSpanContext;
  if (parent?.spanId) {
    const isRemote = parent.isRemote === true;
    // Neither its start nor its end is ever told, as where a sampler keeps only what is about AI.
    const isLeftOut = !isRemote && isUnsampled(parent) && !isUnsampled(span.spanContext());
    return isLeftOut ? undefined : { spanId: parent.spanId, isRemote };
  }
  // The 1.x line of the SDK tells the id alone.
  const { parentSpanId } = span as { parentSpanId?: string };
  return parentSpanId ? { spanId: parentSpanId, isRemote: false } : undefined;
}

function isUnsampled({ traceFlags }: SpanContext): boolean {
  return (traceFlags & TraceFlags.SAMPLED) === 0;
}
