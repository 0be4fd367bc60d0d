import { type Context, TraceFlags } from "@opentelemetry/api";
import { CatSyphonSpanExporter } from "./exporter.js";
import type { CatSyphonExporterOptions } from "./options.js";
import type { ReadableSpan } from "./readable-span.js";

/** Spans told to the exporter in one turn of the event loop. */
const PER_TURN = 32;
const MAX_WAITING = 10_000;

/**
 * Gives spans to a `CatSyphonSpanExporter`, and tells it of their starts too, so that a conversation appears
 * while it goes on instead of when its outermost span has ended. Takes the place of a `BatchSpanProcessor`.
 */
export class CatSyphonSpanProcessor {
  readonly #exporter: CatSyphonSpanExporter;
  #waiting: ReadableSpan[] = [];
  #scheduled = false;

  /** @param exporter an exporter, or the options of one */
  constructor(exporter: CatSyphonSpanExporter | CatSyphonExporterOptions = {}) {
    this.#exporter =
      exporter instanceof CatSyphonSpanExporter ? exporter : new CatSyphonSpanExporter(exporter);
  }

  onStart(span: ReadableSpan, _parentContext: Context): void {
    if (isSampled(span)) this.#exporter.onSpanStart(span);
  }

  onEnd(span: ReadableSpan): void {
    // The bound of the exporter's queue counts events; a burst of spans within one turn must not outrun it.
    if (!isSampled(span) || this.#waiting.length >= MAX_WAITING) return;
    this.#waiting.push(span);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#hand());
  }

  async forceFlush(): Promise<void> {
    this.#handAll();
    await this.#exporter.forceFlush();
  }

  async shutdown(): Promise<void> {
    this.#handAll();
    await this.#exporter.shutdown();
  }

  #hand(): void {
    this.#give(this.#waiting.splice(0, PER_TURN));
    this.#scheduled = this.#waiting.length > 0;
    if (this.#scheduled) setImmediate(() => this.#hand());
  }

  #handAll(): void {
    this.#give(this.#waiting.splice(0));
  }

  #give(spans: ReadableSpan[]): void {
    if (spans.length > 0) this.#exporter.export(spans, () => {});
  }
}

function isSampled(span: ReadableSpan): boolean {
  return (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
}
