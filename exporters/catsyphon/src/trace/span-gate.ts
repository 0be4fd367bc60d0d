import { ATTR } from "@kit/genai/core";
import { readOperationKind } from "../genai-attributes.js";
import { type ReadableSpan, START_PRECISION_MICROS, toMicros } from "../readable-span.js";
import type { SpanNode, TraceIndex, TraceRecord } from "./trace.js";

/** A span whose place in its trace is known as well as it will ever be. */
export interface PlacedSpan {
  readonly trace: TraceRecord;
  readonly node: SpanNode;
  readonly span: ReadableSpan;
}

/**
 * Lets a span pass when all its ancestors are known. Spans end before their parents, so without the processor,
 * which reports starts, that is when the outermost one has ended. Nothing is held for ever, or without bound.
 */
export class SpanGate {
  readonly #traces: TraceIndex;
  readonly #maxHoldMs: number;
  readonly #maxHeldSpans: number;
  readonly #onUnreadable: (error: unknown) => void;
  #held = 0;

  /** @param onUnreadable called with why a span was left out */
  constructor(
    traces: TraceIndex,
    limits: { readonly maxHoldMs: number; readonly maxHeldSpans: number },
    onUnreadable: (error: unknown) => void,
  ) {
    this.#traces = traces;
    this.#onUnreadable = onUnreadable;
    this.#maxHoldMs = limits.maxHoldMs;
    this.#maxHeldSpans = limits.maxHeldSpans;
  }

  /** Takes spans that have ended and returns those that may pass, in the order of their ends. */
  pass(spans: readonly ReadableSpan[]): PlacedSpan[] {
    const passed: PlacedSpan[] = [];
    const touched = new Set<TraceRecord>();
    this.#traces.shrink();
    for (const span of spans) {
      const recorded = this.#record(span);
      if (recorded === undefined || recorded.node.translated) continue;
      const { trace, node } = recorded;
      if (trace.held === undefined && trace.isRooted(node)) {
        node.translated = true;
        passed.push({ trace, node, span });
        continue;
      }
      touched.add(trace);
      if (trace.held === undefined) trace.heldSince = performance.now();
      trace.held ??= [];
      trace.held.push(span);
      this.#held++;
    }
    for (const trace of touched) passed.push(...this.#take(trace, (node) => trace.isRooted(node)));
    for (const trace of this.#traces.takeEvicted()) passed.push(...this.#take(trace, () => true));
    passed.push(...this.#takeOverflow());
    return byEnd(passed);
  }

  #record(span: ReadableSpan): Omit<PlacedSpan, "span"> | undefined {
    try {
      // What the order of spans is made of: it must not fail for all of them because of one.
      toMicros(span.startTime);
      toMicros(span.endTime);
      return this.#traces.record(span, true);
    } catch (error) {
      this.#onUnreadable(error);
      return undefined;
    }
  }

  /** Returns what has waited too long. */
  releaseExpired(): PlacedSpan[] {
    const before = performance.now() - this.#maxHoldMs;
    return byEnd(this.#takeAll((trace) => trace.heldSince <= before));
  }

  /** Returns all that waits. */
  releaseAll(): PlacedSpan[] {
    return byEnd(this.#takeAll(() => true));
  }

  #takeAll(wanted: (trace: TraceRecord) => boolean): PlacedSpan[] {
    if (this.#held === 0) return [];
    const found = [...this.#traces.records()].filter((trace) => trace.held && wanted(trace));
    return found.flatMap((trace) => this.#take(trace, () => true));
  }

  /** Too many wait: the traces that have waited longest go on as they are. */
  #takeOverflow(): PlacedSpan[] {
    if (this.#held <= this.#maxHeldSpans) return [];
    const holding = [...this.#traces.records()].filter((trace) => trace.held);
    const oldestFirst = holding.sort((a, b) => a.heldSince - b.heldSince);
    return oldestFirst.flatMap((trace) =>
      this.#held > this.#maxHeldSpans ? this.#take(trace, () => true) : [],
    );
  }

  #take(trace: TraceRecord, mayPass: (node: SpanNode) => boolean): PlacedSpan[] {
    const passed: PlacedSpan[] = [];
    const kept: ReadableSpan[] = [];
    for (const span of trace.held ?? []) {
      const node = trace.node(span.spanContext().spanId);
      if (node.translated) continue;
      if (!mayPass(node) && mayMatter(span)) kept.push(span);
      else {
        node.translated = true;
        passed.push({ trace, node, span });
      }
    }
    this.#held -= (trace.held?.length ?? 0) - kept.length;
    trace.held = kept.length > 0 ? kept : undefined;
    return passed;
  }
}

/** Of spans of other kinds only the parent matters, and that was recorded already. */
function mayMatter(span: ReadableSpan): boolean {
  return readOperationKind(span.attributes) !== "other";
}

/** As far as clocks tell, and children before their parents in any case. */
function byEnd(spans: PlacedSpan[]): PlacedSpan[] {
  const compare = (a: ReadableSpan, b: ReadableSpan) =>
    a.endTime[0] - b.endTime[0] || a.endTime[1] - b.endTime[1];
  const isInOrder = spans.every(
    ({ span }, at) => at === 0 || compare((spans[at - 1] as PlacedSpan).span, span) <= 0,
  );
  return answersBeforeTools(parentsLast(isInOrder ? spans : spans.sort((a, b) => compare(a.span, b.span))));
}

/**
 * What a span repeats of those below it is known only after them. SDKs cut the start of a span to whole milliseconds and
 * add to it how long the span took: half of the spans that end right after a child seem to end before it.
 */
function parentsLast(spans: PlacedSpan[]): PlacedSpan[] {
  const last = new Map<SpanNode, PlacedSpan>();
  let isInOrder = true;
  for (let at = spans.length - 1; at >= 0; at -= 1) {
    const { trace, node } = spans[at] as PlacedSpan;
    if (last.has(node)) isInOrder = false;
    let outer = trace.parentOf(node);
    for (; outer && !last.has(outer); outer = trace.parentOf(outer)) last.set(outer, spans[at] as PlacedSpan);
  }
  return isInOrder ? spans : moveParents(spans, last);
}

/** @param last the last of all spans below a span */
function moveParents(spans: readonly PlacedSpan[], last: ReadonlyMap<SpanNode, PlacedSpan>): PlacedSpan[] {
  const moved: PlacedSpan[] = [];
  const early = new Map<SpanNode, PlacedSpan>();
  const done = new Set<PlacedSpan>();
  for (const placed of spans) {
    const lastBelow = last.get(placed.node);
    if (lastBelow && !done.has(lastBelow)) {
      early.set(placed.node, placed);
      continue;
    }
    moved.push(placed);
    done.add(placed);
    for (const outer of placed.trace.ancestors(placed.node)) {
      const parent = early.get(outer);
      if (parent === undefined || last.get(outer) !== placed) continue;
      moved.push(parent);
      early.delete(outer);
    }
  }
  return moved;
}

/** A tool that seems to have ended just before a model's answer of its trace is the one that the answer asked for. */
function answersBeforeTools(spans: PlacedSpan[]): PlacedSpan[] {
  for (let index = 0; index < spans.length; index += 1) {
    const tool = spans[index];
    if (tool?.node.kind !== "tool") continue;
    const answer = spans.findIndex((other, at) => at > index && asksFor(other, tool));
    const [moved] = answer < 0 ? [] : spans.splice(answer, 1);
    if (moved !== undefined) spans.splice(index, 0, moved);
  }
  return spans;
}

function asksFor(chat: PlacedSpan, tool: PlacedSpan): boolean {
  if (chat.trace !== tool.trace || chat.node.kind !== "chat") return false;
  const id = tool.node.toolCallId;
  const overlap = toMicros(chat.span.endTime) - toMicros(tool.span.startTime);
  return (
    overlap <= START_PRECISION_MICROS &&
    overlap >= 0 &&
    id !== undefined &&
    answered(chat).includes(JSON.stringify(id))
  );
}

function answered({ span }: PlacedSpan): string {
  const messages = span.attributes[ATTR.outputMessages];
  return typeof messages === "string" ? messages : "";
}
