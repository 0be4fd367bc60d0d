import { isMainThread } from "node:worker_threads";
import { REQUEST_LIMITS, type RetryConfig } from "@kit/catsyphon";
import { DeliveryQueue } from "@kit/delivery";
import { postBeforeExit } from "@kit/delivery/last-post";
import { diag } from "@opentelemetry/api";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import { findConnection } from "./connection.js";
import { EventEncoder } from "./event-encoder.js";
import { type CatSyphonExporterOptions, resolveSettings } from "./options.js";
import { Pace } from "./pace.js";
import type { QueuedEvent } from "./queued-event.js";
import type { ReadableSpan } from "./readable-span.js";
import { type Steps, Translator } from "./translator.js";
import { CatSyphonTransport } from "./transport.js";

const TICK_MS = 10_000;
const MAX_QUEUE_SIZE = 10_000;
/** Longest time to spend on telling what is left at exit, and how much longer `process.exit()` may take to send it. */
const LAST_TRANSLATION_MS = 300;
const LAST_POST_MS = 2_000;

/**
 * Tells the GenAI spans of any instrumentation that follows the conventions to a CatSyphon server, as
 * conversations. Never throws; what cannot be sent is dropped and counted.
 * @throws RangeError for an option out of range, TypeError for a server address that is none.
 */
export class CatSyphonSpanExporter {
  readonly #translator: Translator;
  readonly #pace = new Pace<QueuedEvent[]>([]);
  readonly #transport: CatSyphonTransport | undefined;
  readonly #queue: DeliveryQueue<QueuedEvent> | undefined;
  #handOver = () => {};
  readonly #waits: boolean;
  readonly #flushTimeoutMs: number;
  readonly #timer: NodeJS.Timeout;
  /** As many spans wait for their translation as events may wait after it. */
  readonly #maxWaiting: number;
  #waiting = 0;
  #closed: Promise<void> | undefined;

  constructor(options: CatSyphonExporterOptions = {}) {
    this.#translator = new Translator(resolveSettings(options));
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
    this.#timer = setInterval(() => void this.#tell(this.#translator.tick()), TICK_MS);
    this.#timer.unref();
  }

  /** Events that wait or are being sent. */
  get pendingEvents(): number {
    return this.#queue?.pending ?? 0;
  }

  /** Events given up so far; spans that came faster than they could be told count as one each. */
  get droppedEvents(): number {
    return this.#queue?.droppedCount ?? 0;
  }

  /** Tells a span that has begun; `CatSyphonSpanProcessor` does. Spans below it then need not wait for its end. */
  onSpanStart(span: ReadableSpan): void {
    if (!this.#closed && this.#queue) this.#guard(() => this.#translator.begin(span));
  }

  export(spans: ReadableSpan[], resultCallback: (result: ExportResult) => void): void {
    if (this.#closed) {
      const error = new Error("the CatSyphon exporter was shut down");
      resultCallback({ code: ExportResultCode.FAILED, error });
      return;
    }
    if (!this.#queue) resultCallback({ code: ExportResultCode.SUCCESS });
    else if (this.#waiting > 0 && this.#waiting + spans.length > this.#maxWaiting) {
      const error = this.giveUp(spans.length);
      resultCallback({ code: ExportResultCode.FAILED, error });
    } else {
      this.#waiting += spans.length;
      this.#pace.run(this.#translator.accept(spans), (news) => {
        this.#waiting -= spans.length;
        this.#report(news, resultCallback);
      });
    }
  }

  /** @internal Called before the last of all is sent, so that who gathers spans hands them over. */
  onLast(handOver: () => void): void {
    this.#handOver = handOver;
  }

  /** At `process.exit()` and after a crash, where nothing can be awaited. Sessions stay open, as the server ends them. */
  #sendLast = (): void => {
    if (this.#closed || !this.#queue || !this.#transport) return;
    try {
      this.#handOver();
      this.#pace.run(this.#translator.release(), (news) => this.#enqueue(news));
      this.#pace.hurry(LAST_TRANSLATION_MS);
      if (this.#queue.pending === 0) return;
      postBeforeExit(this.#transport.toLastRequests(this.#queue.takeForExit()), { timeoutMs: LAST_POST_MS });
    } catch {
      // Nobody is left to report it to.
    }
  };

  /** @internal Counts spans that nobody has time for. */
  giveUp(count: number): Error {
    this.#queue?.countLost(count);
    return new Error("spans end faster than they can be told");
  }

  /** Calls back at once; where the application waits for the server, when the fate of all of it is known. */
  #report(news: readonly QueuedEvent[], resultCallback: (result: ExportResult) => void): void {
    if (!this.#waits || news.length === 0) {
      this.#enqueue(news);
      resultCallback({ code: ExportResultCode.SUCCESS });
      return;
    }
    let waiting = news.length;
    let code = ExportResultCode.SUCCESS;
    this.#enqueue(news, (delivered) => {
      if (!delivered) code = ExportResultCode.FAILED;
      if (--waiting === 0) resultCallback({ code });
    });
    void this.#queue?.flush(this.#flushTimeoutMs);
  }

  /** Tells all that waits for an ancestor or for its turn. */
  async forceFlush(): Promise<void> {
    await this.#tell(this.#translator.release());
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
    await this.#tell(this.#translator.finish());
    await this.#queue?.shutdown(this.#flushTimeoutMs);
  }

  #tell(steps: Steps): Promise<void> {
    return new Promise((resolve) => {
      this.#pace.run(steps, (news) => {
        this.#enqueue(news);
        resolve();
      });
    });
  }

  #enqueue(news: readonly QueuedEvent[], done?: (delivered: boolean) => void): void {
    for (const event of news) {
      this.#queue?.add(event, event.type === "session_start" ? orToldAgain(event, done) : done);
    }
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      diag.error("CatSyphon exporter: spans could not be told", error);
    }
  }
}

/** The start must be in the session's first request: when it is lost, the next one tells it again. */
function orToldAgain({ conversation }: QueuedEvent, done: ((delivered: boolean) => void) | undefined) {
  return (delivered: boolean) => {
    if (!delivered) conversation.started = false;
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
    // Sessions of a family are sent one after the other, so that callers come before the called.
    lane: ({ conversation }) => conversation.family,
    together: (previous, next) => previous.conversation.sessionId === next.conversation.sessionId,
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
