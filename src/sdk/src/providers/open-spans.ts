import type { Span, SpanProcessor } from "@opentelemetry/sdk-trace";
import { lazy } from "../lazy-packages.js";

/** An application that forgets to end its spans must not fill the memory: the oldest are forgotten. */
const MAX_OPEN = 1000;

/** Knows the open spans, so that the trace of a process that is cut off keeps its branches. */
export class OpenSpans implements SpanProcessor {
  readonly #open = new Set<Span>();

  onStart(span: Span): void {
    if (this.#open.size >= MAX_OPEN) this.#letGoOfOldest();
    this.#open.add(span);
  }

  onEnd(span: object): void {
    this.#open.delete(span as Span);
  }

  /** Ends all of them as abandoned, inner ones first: nobody else will. */
  abandon(): void {
    if (this.#open.size === 0) return;
    const core = lazy.core();
    for (const span of [...this.#open].reverse()) {
      span.setAttribute(core.KIT_ATTR.outcome, "abandoned");
      span.end();
    }
  }

  #letGoOfOldest(): void {
    const [oldest] = this.#open;
    if (oldest !== undefined) this.#open.delete(oldest);
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {
    this.#open.clear();
  }
}
