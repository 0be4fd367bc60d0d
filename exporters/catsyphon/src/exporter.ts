import { DeliveryQueue } from "@kit/delivery";
import { diag } from "@opentelemetry/api";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import { type Connection, findConnection } from "./connection.js";
import type { ConversationEvents } from "./conversations.js";
import { type CatSyphonExporterOptions, resolveSettings } from "./options.js";
import { Pace } from "./pace.js";
import type { ReadableSpan } from "./readable-span.js";
import { type Steps, Translator } from "./translator.js";
import { CatSyphonTransport, type QueuedEvent } from "./transport.js";

/** What the server takes in one request. */
const MAX_BATCH = { maxBatchItems: 50, maxBatchBytes: 900 * 1024 } as const;
const TICK_MS = 10_000;
const MAX_QUEUE_SIZE = 10_000;
const COMPLAIN_EVERY_MS = 60_000;

/**
 * Tells the GenAI spans of any instrumentation that follows the conventions to a CatSyphon server, as
 * conversations. Never throws; what cannot be sent is dropped and counted.
 * @throws RangeError for an option out of range, TypeError for a server address that is none.
 */
export class CatSyphonSpanExporter {
  readonly #translator: Translator;
  readonly #pace = new Pace<ConversationEvents[]>([]);
  readonly #queue: DeliveryQueue<QueuedEvent> | undefined;
  readonly #waits: boolean;
  readonly #flushTimeoutMs: number;
  readonly #timer: NodeJS.Timeout;
  /** As many spans wait for their translation as events may wait after it. */
  readonly #maxWaiting: number;
  #waiting = 0;
  #givenUp = 0;
  #complainedAt = Number.NEGATIVE_INFINITY;
  #closed: Promise<void> | undefined;

  constructor(options: CatSyphonExporterOptions = {}) {
    this.#translator = new Translator(resolveSettings(options));
    this.#waits = options.queueMode === "sync";
    this.#flushTimeoutMs = options.flushTimeoutMs ?? 30_000;
    this.#maxWaiting = options.maxQueueSize ?? MAX_QUEUE_SIZE;
    const connection = findConnection(options, process.env);
    if (connection) this.#queue = createQueue(connection, options);
    else diag.warn("CatSyphon exporter: no credentials found, nothing is sent");
    this.#timer = setInterval(() => void this.#tell(this.#translator.tick()), TICK_MS);
    this.#timer.unref();
  }

  /** Events that wait or are being sent. */
  get pendingEvents(): number {
    return this.#queue?.pending ?? 0;
  }

  /** Events given up so far; spans that came faster than they could be told count as one each. */
  get droppedEvents(): number {
    return this.#givenUp + (this.#queue?.droppedCount ?? 0);
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

  /** @internal Counts spans that nobody has time for, and says so once a minute. */
  giveUp(count: number): Error {
    this.#givenUp += count;
    const message = `spans end faster than they can be told; ${this.#givenUp} dropped so far`;
    if (Date.now() - this.#complainedAt >= COMPLAIN_EVERY_MS) {
      this.#complainedAt = Date.now();
      diag.warn(`CatSyphon exporter: ${message}`);
    }
    return new Error(message);
  }

  #report(news: readonly ConversationEvents[], resultCallback: (result: ExportResult) => void): void {
    const queued = this.#guard(() => this.#enqueue(news));
    if (!this.#waits || !queued) {
      resultCallback({ code: ExportResultCode.SUCCESS });
      return;
    }
    void this.#queue?.flush(this.#flushTimeoutMs);
    void queued.then((delivered) =>
      resultCallback({ code: delivered ? ExportResultCode.SUCCESS : ExportResultCode.FAILED }),
    );
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
    await this.#tell(this.#translator.finish());
    await this.#queue?.shutdown(this.#flushTimeoutMs);
  }

  #tell(steps: Steps): Promise<void> {
    return new Promise((resolve) => {
      this.#pace.run(steps, (news) => {
        this.#guard(() => this.#enqueue(news));
        resolve();
      });
    });
  }

  /** Resolves when all of it is delivered or given up: whether it was delivered. */
  #enqueue(news: readonly ConversationEvents[]): Promise<boolean> {
    const fates: Promise<boolean>[] = [];
    for (const { conversation, events } of news) {
      const { sessionId, family } = conversation;
      for (const event of events) {
        const fate = (delivered: boolean) => {
          // The start must be in the session's first request: when it is lost, the next one tells it again.
          if (!delivered && event.type === "session_start") conversation.started = false;
        };
        const item = { sessionId, family, event };
        if (!this.#waits) this.#queue?.add(item, fate);
        else {
          fates.push(
            new Promise((resolve) => {
              this.#queue?.add(item, (delivered) => {
                fate(delivered);
                resolve(delivered);
              });
            }),
          );
        }
      }
    }
    return Promise.all(fates).then((delivered) => delivered.every(Boolean));
  }

  #guard<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      diag.error("CatSyphon exporter: spans could not be told", error);
      return undefined;
    }
  }
}

function createQueue({ retry, connect }: Connection, options: CatSyphonExporterOptions) {
  const { maxQueueSize = MAX_QUEUE_SIZE, meterProvider } = options;
  return new DeliveryQueue<QueuedEvent>({
    name: "CatSyphon exporter",
    transport: new CatSyphonTransport(connect, retry.maxDelay * 1000),
    lane: ({ family }) => family,
    together: (previous, next) => previous.sessionId === next.sessionId,
    sizeOf: ({ event }) => estimateBytes(event.data) + 300,
    maxConcurrent: 4,
    flushIntervalMs: options.flushIntervalMs ?? 1_000,
    flushAtItems: 50,
    ...MAX_BATCH,
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

/** About as many bytes as the value takes as JSON. The client measures again, and cuts requests to their size. */
function estimateBytes(value: unknown): number {
  if (typeof value === "string") return Buffer.byteLength(value) + 3;
  if (typeof value !== "object" || value === null) return 10;
  let bytes = 2;
  for (const key in value) bytes += key.length + 4 + estimateBytes((value as Record<string, unknown>)[key]);
  return bytes;
}
