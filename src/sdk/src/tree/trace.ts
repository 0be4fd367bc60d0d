import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { type Facts, readFacts, toMs } from "./facts.js";

/** A span with its children, in the order in which they started. */
export interface Node {
  readonly facts: Facts;
  readonly children: readonly Node[];
}

export interface Totals {
  readonly spans: number;
  readonly tokens: number;
  readonly costUsd: number | undefined;
  readonly durationMs: number;
}

/** Builds the trees. Spans whose parent is missing are their roots: the trace's root, and late or remote ones. */
export function toNodes(spans: readonly ReadableSpan[]): Node[] {
  const inOrder = spans.toSorted((one, other) => toMs(one.startTime) - toMs(other.startTime));
  const entries = inOrder.map((span) => ({ span, node: { facts: readFacts(span), children: [] as Node[] } }));
  const byId = new Map(entries.map(({ span, node }) => [span.spanContext().spanId, node]));
  const roots: Node[] = [];
  for (const { span, node } of entries) {
    const parent = byId.get(span.parentSpanContext?.spanId ?? "");
    (parent?.children ?? roots).push(node);
  }
  return roots;
}

/** All nodes, each before those below it. Without recursion: an agent's trace can be thousands of spans deep. */
function allOf(roots: readonly Node[]): Node[] {
  const found = [...roots];
  for (const { children } of found) found.push(...children);
  return found;
}

export function totalsOf(spans: readonly ReadableSpan[], nodes: readonly Node[]): Totals {
  const starts = spans.map((span) => toMs(span.startTime));
  const ends = spans.map((span) => toMs(span.endTime));
  return {
    spans: spans.length,
    tokens:
      sum(nodes, ({ inputTokens, outputTokens }) =>
        inputTokens == null && outputTokens == null ? undefined : (inputTokens ?? 0) + (outputTokens ?? 0),
      ) ?? 0,
    costUsd: sum(nodes, ({ costUsd }) => costUsd),
    durationMs: Math.max(...ends) - Math.min(...starts),
  };
}

/** Agents repeat the usage of the calls below them, so a span counts only if nothing below it does. */
function sum(roots: readonly Node[], read: (facts: Facts) => number | undefined): number | undefined {
  const totals = new Map<Node, number>();
  const totalOf = (nodes: readonly Node[]) =>
    nodes.reduce<number | undefined>((total, node) => {
      const own = totals.get(node);
      return own == null ? total : (total ?? 0) + own;
    }, undefined);
  for (const node of allOf(roots).reverse()) {
    const total = totalOf(node.children) ?? read(node.facts);
    if (total != null) totals.set(node, total);
  }
  return totalOf(roots);
}
