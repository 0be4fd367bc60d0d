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
  const ids = new Set(spans.map((span) => span.spanContext().spanId));
  const byParent = new Map<string, ReadableSpan[]>();
  for (const span of spans) {
    const parent = span.parentSpanContext?.spanId ?? "";
    const key = ids.has(parent) ? parent : "";
    const siblings = byParent.get(key);
    if (siblings == null) byParent.set(key, [span]);
    else siblings.push(span);
  }
  const below = (id: string): Node[] =>
    (byParent.get(id) ?? [])
      .sort((one, other) => toMs(one.startTime) - toMs(other.startTime))
      .map((span) => ({ facts: readFacts(span), children: below(span.spanContext().spanId) }));
  return below("");
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
function sum(nodes: readonly Node[], read: (facts: Facts) => number | undefined): number | undefined {
  return nodes.reduce<number | undefined>((total, node) => {
    const own = sum(node.children, read) ?? read(node.facts);
    return own == null ? total : (total ?? 0) + own;
  }, undefined);
}
