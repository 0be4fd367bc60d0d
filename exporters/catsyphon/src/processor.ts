import { setImmediate as nextTurn } from "node:timers/promises";
import { type Context, TraceFlags } from "@opentelemetry/api";
import { CatSyphonSpanExporter } from "./exporter.js";
import type { CatSyphonExporterOptions } from "./options.js";
import type { ReadableSpan } from "./readable-span.js";

/** Spans handed to the exporter in one turn of the event loop. */
const PER_PIECE = 32;
const MAX_WAITING = 10_000;

/**
 * Passes spans to a `CatSyphonSpanExporter`, and their starts too, so that a conversation appears while it goes on
 * instead of when its outermost span has ended. Takes the place of a `BatchSpanProcessor`.
 */
export class CatSyphonSpanProcessor {
  readonly #exporter: CatSyphonSpanExporter;
  #waiting: ReadableSpan[] = [];
  #scheduled = false;

  /** @param exporter an exporter, or the options of one */
  constructor(exporter: CatSyphonSpanExporter | CatSyphonExporterOptions = {}) {
    this.#exporter =
      exporter instanceof CatSyphonSpanExporter ? exporter : new CatSyphonSpanExporter(exporter);
    this.#exporter.beforeExit(() => {
      while (this.#waiting.length > 0) this.#handPiece();
    });
  }

  onStart(span: ReadableSpan, _parentContext: Context): void {
    if (isSampled(span)) this.#exporter.onSpanStart(span);
  }

  onEnd(span: ReadableSpan): void {
    if (!isSampled(span)) return;
    // The bound of the exporter's queue counts events; a burst of spans within one turn must not outrun it.
    if (this.#waiting.length >= MAX_WAITING) {
      this.#exporter.countDropped(1);
      return;
    }
    this.#waiting.push(span);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#hand());
  }

  async forceFlush(): Promise<void> {
    await this.#handAll();
    await this.#exporter.forceFlush();
  }

  async shutdown(): Promise<void> {
    await this.#handAll();
    await this.#exporter.shutdown();
  }

  #hand(): void {
    this.#handPiece();
    this.#scheduled = this.#waiting.length > 0;
    if (this.#scheduled) setImmediate(() => this.#hand());
  }

  async #handAll(): Promise<void> {
    for (this.#handPiece(); this.#waiting.length > 0; this.#handPiece()) await nextTurn();
  }

  #handPiece(): void {
    const spans = this.#waiting.splice(0, PER_PIECE);
    if (spans.length > 0) this.#exporter.export(spans, () => {});
  }
}

function isSampled(span: ReadableSpan): boolean {
  return (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
}
