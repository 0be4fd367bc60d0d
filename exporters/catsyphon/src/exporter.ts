import { isMainThread } from "node:worker_threads";
import { REQUEST_LIMITS, type RetryConfig } from "@kit/catsyphon";
import { DeliveryQueue } from "@kit/delivery";
import { postBeforeExit } from "@kit/delivery/last-post";
import { diag } from "@opentelemetry/api";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import { findConnection } from "./delivery/connection.js";
import { EventEncoder } from "./delivery/event-encoder.js";
import { TimeSlicer } from "./delivery/time-slicer.js";
import { CatSyphonTransport } from "./delivery/transport.js";
import { type CatSyphonExporterOptions, resolveSettings } from "./options.js";
import type { ReadableSpan } from "./readable-span.js";
import type { QueuedEvent } from "./session/queued-event.js";
import { type TranslationSteps, Translator } from "./translator.js";

const TICK_MS = 10_000;
const MAX_QUEUE_SIZE = 10_000;
/** At exit: the longest time to translate what is left, and the longest time to send it after that. */
const LAST_TRANSLATION_MS = 300;
const LAST_POST_MS = 2_000;

/**
 * Exports the GenAI spans of any instrumentation that follows the conventions to a CatSyphon server, as events of
 * sessions. Never throws; what cannot be sent is dropped and counted.
 * @throws RangeError for an option out of range, TypeError for a server address that is none.
 */
export class CatSyphonSpanExporter {
  readonly #translator: Translator;
  readonly #slicer = new TimeSlicer<QueuedEvent[]>([]);
  readonly #transport: CatSyphonTransport | undefined;
  readonly #queue: DeliveryQueue<QueuedEvent> | undefined;
  #handOver = () => {};
  readonly #waits: boolean;
  readonly #flushTimeoutMs: number;
  readonly #timer: NodeJS.Timeout;
  /** The bound for spans that wait for their translation: the same as for events after it. */
  readonly #maxWaiting: number;
  #waiting = 0;
  #closed: Promise<void> | undefined;

  constructor(options: CatSyphonExporterOptions = {}) {
    this.#translator = new Translator(resolveSettings(options), (error) => {
      this.#queue?.countLost(1, "invalid", error instanceof Error ? error : undefined);
    });
    this.#waits = options.queueMode === "sync";
    this.#flushTimeoutMs = options.flushTimeoutMs ?? 30_000;
    this.#maxWaiting = options.maxQueueSize ?? MAX_QUEUE_SIZE;
    const connection = findConnection(options, process.env);
    if (connection) {
      const encoder = new EventEncoder();
      this.#transport = new CatSyphonTransport(connection, connection.retry.maxDelay * 1000, encoder);
      this.#queue = createQueue(connection.retry, this.#transport, encoder, options);
      // By the application's own means only it can send, and a worker thread that ends cannot start another.
      if (options.fetch === undefined && isMainThread) process.on("exit", this.#sendLast);
    } else diag.warn("CatSyphon exporter: no credentials found, nothing is sent");
    this.#timer = setInterval(() => void this.#translate(this.#translator.tick()), TICK_MS);
    this.#timer.unref();
  }

  /** Events that wait or are being sent. */
  get pendingEvents(): number {
    return this.#queue?.pending ?? 0;
  }

  /** Events dropped so far. A span that was dropped before its translation counts as one. */
  get droppedEvents(): number {
    return this.#queue?.droppedCount ?? 0;
  }

  /** Called by `CatSyphonSpanProcessor` with a span that has started: spans below it need not wait for its end then. */
  onSpanStart(span: ReadableSpan): void {
    if (this.#closed || !this.#queue) return;
    try {
      this.#translator.onStart(span);
    } catch {
      // A span that cannot be read is counted when it ends.
    }
  }

  export(spans: ReadableSpan[], resultCallback: (result: ExportResult) => void): void {
    if (this.#closed) {
      const error = new Error("the CatSyphon exporter was shut down");
      resultCallback({ code: ExportResultCode.FAILED, error });
      return;
    }
    if (!this.#queue) resultCallback({ code: ExportResultCode.SUCCESS });
    else if (this.#waiting > 0 && this.#waiting + spans.length > this.#maxWaiting) {
      const error = this.countDropped(spans.length);
      resultCallback({ code: ExportResultCode.FAILED, error });
    } else {
      this.#waiting += spans.length;
      this.#slicer.run(this.#translator.translate(spans), (events) => {
        this.#waiting -= spans.length;
        this.#settle(events, resultCallback);
      });
    }
  }

  /** @internal Sets what is called before the last send at exit: a processor hands over the spans it has gathered. */
  beforeExit(handOver: () => void): void {
    this.#handOver = handOver;
  }

  /** At `process.exit()` and after a crash, where nothing can be awaited: what `shutdown` does, as far as time allows. */
  #sendLast = (): void => {
    if (this.#closed || !this.#queue || !this.#transport) return;
    try {
      this.#handOver();
      this.#slicer.run(this.#translator.finish(), (events) => this.#enqueue(events));
      this.#slicer.finishWithin(LAST_TRANSLATION_MS);
      this.#enqueue(this.#translator.takeEvents());
      if (this.#queue.pending === 0) return;
      postBeforeExit(this.#transport.toLastRequests(this.#queue.takeForExit()), { timeoutMs: LAST_POST_MS });
    } catch {
      // Nobody is left to report it to.
    }
  };

  /** @internal Counts spans that are dropped before their translation. */
  countDropped(count: number): Error {
    this.#queue?.countLost(count);
    return new Error("spans end faster than they can be translated");
  }

  /** Calls back at once, or in `sync` mode when every event is delivered or dropped. */
  #settle(events: readonly QueuedEvent[], resultCallback: (result: ExportResult) => void): void {
    if (!this.#waits || events.length === 0) {
      this.#enqueue(events);
      resultCallback({ code: ExportResultCode.SUCCESS });
      return;
    }
    let waiting = events.length;
    let code = ExportResultCode.SUCCESS;
    let isCalled = false;
    const callBack = (result: ExportResult) => {
      if (!isCalled) resultCallback(result);
      isCalled = true;
    };
    this.#enqueue(events, (delivered) => {
      if (!delivered) code = ExportResultCode.FAILED;
      if (--waiting === 0) callBack({ code });
    });
    // Whether a process waits at its end is decided by who called: a batch processor does, by a timer of its own.
    const flushed = this.#queue?.flush(this.#flushTimeoutMs, false);
    void flushed?.then((isFlushed) => {
      if (!isFlushed)
        callBack({ code: ExportResultCode.FAILED, error: new Error("CatSyphon did not answer in time") });
    });
  }

  /** Translates and sends everything, including spans that wait for an ancestor. */
  async forceFlush(): Promise<void> {
    await this.#translate(this.#translator.release());
    await this.#queue?.flush(this.#flushTimeoutMs);
  }

  /** Ends the sessions that are open, sends what waits, and stops. Idempotent. */
  shutdown(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    clearInterval(this.#timer);
    process.removeListener("exit", this.#sendLast);
    await this.#translate(this.#translator.finish());
    await this.#queue?.shutdown(this.#flushTimeoutMs);
  }

  #translate(steps: TranslationSteps): Promise<void> {
    return new Promise((resolve) => {
      this.#slicer.run(steps, (events) => {
        this.#enqueue(events);
        resolve();
      });
    });
  }

  #enqueue(events: readonly QueuedEvent[], done?: (delivered: boolean) => void): void {
    for (const event of events) {
      this.#queue?.add(event, event.type === "session_start" ? orStartAgain(event, done) : done);
    }
  }
}

/** The start must be in the first request of a session: if it is dropped, the next event is preceded by another one. */
function orStartAgain({ session }: QueuedEvent, done: ((delivered: boolean) => void) | undefined) {
  return (delivered: boolean) => {
    if (!delivered) session.started = false;
    done?.(delivered);
  };
}

function createQueue(
  retry: RetryConfig,
  transport: CatSyphonTransport,
  encoder: EventEncoder,
  options: CatSyphonExporterOptions,
) {
  const { maxQueueSize = MAX_QUEUE_SIZE, meterProvider } = options;
  return new DeliveryQueue<QueuedEvent>({
    name: "CatSyphon exporter",
    transport,
    // Sessions of a family are sent one after the other, so that a caller's start arrives before those it called.
    lane: ({ session }) => session.family,
    together: (previous, next) => previous.session.sessionId === next.session.sessionId,
    sizeOf: (event) => encoder.encode(event).size,
    maxConcurrent: 4,
    flushIntervalMs: options.flushIntervalMs ?? 1_000,
    maxBatchItems: REQUEST_LIMITS.events,
    maxBatchBytes: REQUEST_LIMITS.bytes,
    retry: {
      attempts: retry.maxRetries + 1,
      initialDelayMs: retry.initialDelay * 1000,
      maxDelayMs: retry.maxDelay * 1000,
      factor: retry.exponentialBase,
      jitter: retry.jitter ? [0, 0.25] : [0, 0],
    },
    maxQueueSize,
    ...(meterProvider && { meterProvider }),
  });
}
