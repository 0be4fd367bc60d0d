import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace";
import { attempt } from "../attempt.js";
import { writeQuietly } from "../write-quietly.js";
import { createPaint, type Paint, type Terminal } from "./paint.js";
import { renderTrace } from "./render.js";

/** Options of the terminal tree. */
export interface TraceTreeOptions {
  /** Where the tree is written. @default process.stdout */
  readonly stream?: NodeJS.WritableStream & Terminal;
  /** How long a finished trace waits for spans that end after its root, in milliseconds. @default 100 */
  readonly settleMs?: number;
  /** Spans held for traces whose root has not ended; beyond that the oldest trace is printed as it is. @default 10000 */
  readonly maxSpans?: number;
}

interface Trace {
  readonly spans: ReadableSpan[];
  rootEnded: boolean;
}

/** Wide enough for every column, if the output is not a terminal. */
const WIDTH_OF_A_FILE = 120;
const REMEMBERED_TRACES = 1000;

/**
 * Prints each finished trace as a tree, one line per span, with the tokens, cost and times of model calls. It is an ordinary
 * `SpanExporter`, and accepts spans of any origin, in any order, one by one or in batches.
 */
export class TraceTreeExporter implements SpanExporter {
  readonly #stream: NonNullable<TraceTreeOptions["stream"]>;
  readonly #paint: Paint;
  readonly #settleMs: number;
  readonly #maxSpans: number;
  readonly #traces = new Map<string, Trace>();
  readonly #shown = new Set<string>();
  #held = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor({ stream = process.stdout, settleMs = 100, maxSpans = 10_000 }: TraceTreeOptions = {}) {
    this.#stream = stream;
    this.#settleMs = settleMs;
    this.#maxSpans = maxSpans;
    this.#paint = createPaint(stream, process.env);
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    for (const span of spans) this.#add(span);
    while (this.#held > this.#maxSpans) this.#show([...this.#traces.keys()].slice(0, 1));
    done({ code: ExportResultCode.SUCCESS });
  }

  /** Prints the traces whose root has ended, without waiting for late spans. */
  async forceFlush(): Promise<void> {
    this.#show([...this.#traces].filter(([id, trace]) => this.#isFinished(id, trace)).map(([id]) => id));
  }

  /** Prints everything that is left, including traces whose root was never seen. */
  async shutdown(): Promise<void> {
    this.showAll();
  }

  /** `shutdown` for the `exit` event, where nothing can be awaited. */
  showAll(): void {
    this.#show([...this.#traces.keys()]);
  }

  #add(span: ReadableSpan): void {
    const { traceId } = span.spanContext();
    const trace = this.#traces.get(traceId) ?? { spans: [], rootEnded: false };
    this.#traces.set(traceId, trace);
    trace.spans.push(span);
    // A parent in another process never arrives here, so its child is the root of what can be printed.
    trace.rootEnded ||= span.parentSpanContext == null || span.parentSpanContext.isRemote === true;
    this.#held += 1;
    if (this.#isFinished(traceId, trace)) this.#settle();
  }

  #isFinished(id: string, trace: Trace): boolean {
    return trace.rootEnded || this.#shown.has(id);
  }

  #settle(): void {
    if (this.#timer != null) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.forceFlush();
    }, this.#settleMs);
    this.#timer.unref();
  }

  #show(ids: readonly string[]): void {
    for (const id of ids) {
      const trace = this.#traces.get(id);
      if (trace == null) continue;
      this.#traces.delete(id);
      this.#held -= trace.spans.length;
      const note = this.#shown.has(id) ? "came later" : trace.rootEnded ? undefined : "root not ended";
      this.#remember(id);
      const width = this.#stream.columns ?? WIDTH_OF_A_FILE;
      attempt(() =>
        writeQuietly(this.#stream, `${renderTrace(trace.spans, { paint: this.#paint, width, note })}\n`),
      );
    }
  }

  #remember(id: string): void {
    this.#shown.add(id);
    const [oldest] = this.#shown;
    if (oldest != null && this.#shown.size > REMEMBERED_TRACES) this.#shown.delete(oldest);
  }
}
