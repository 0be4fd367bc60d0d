import { isMainThread } from "node:worker_threads";
import { DeliveryQueue } from "@kit/delivery";
import { onEndingSignal } from "@kit/delivery/ending-signal";
import { postBeforeExit } from "@kit/delivery/last-post";
import { CostCalculator } from "@kit/genai/core";
import { diag } from "@opentelemetry/api";
import type { QueuedEvent } from "../event/queued-event.js";
import { Translator } from "../event/translator.js";
import type { Log } from "../log.js";
import type { Settings } from "../options/settings.js";
import { Backlog } from "./backlog.js";
import { EventEncoder } from "./event-encoder.js";
import { Heartbeat } from "./heartbeat.js";
import { toServerRequest } from "./server-request.js";
import { AgentPulseTransport } from "./transport.js";

const MAX_BATCH_BYTES = 250_000;
const FLUSH_MS = 30_000;
const SHUTDOWN_MS = 5_000;
/** Longest wait, even if the server asks for more. */
const LONGEST_WAIT_MS = 60_000;
/**
 * Spans beyond this many that wait become lines before their turn: a span may hold much that is never sent, and what
 * thousands of them hold is copied by the garbage collector in one turn of the event loop, of 20 ms and more.
 */
const MOST_SPANS = 1_000;
/** Longest time to spend on encoding what is left at exit. */
const LAST_ENCODING_MS = 300;
/** How much longer `process.exit()` may take because of what is left. */
const LAST_POST_MS = 2_000;

export interface ReporterOptions {
  readonly settings: Settings;
  readonly apiKey: string;
  readonly log: Log;
  /** What happens to waiting events while the server accepts none. */
  readonly queueOnHold: "keep" | "drop";
  /** An event that is not delivered so long after it was added is dropped. */
  readonly itemDeadlineMs?: number;
}

/** Sends events to the server in the background, and heartbeats. */
export class Reporter {
  readonly #encoder: EventEncoder;
  readonly #transport: AgentPulseTransport;
  readonly #queue: DeliveryQueue<QueuedEvent>;
  readonly #heartbeat: Heartbeat;
  readonly #maxBatchSize: number;
  readonly #backlog: Backlog<QueuedEvent> | undefined;
  readonly #undo: (() => void)[] = [];

  constructor({ settings, apiKey, log, queueOnHold, itemDeadlineMs }: ReporterOptions) {
    const request = toServerRequest(settings, apiKey);
    this.#maxBatchSize = settings.maxBatchSize;
    const costs = new CostCalculator(settings.prices, settings.costMatch);
    // Loading the prices takes 40 ms; better at the start than in the middle of the first batch.
    costs.warmUp();
    const translator = new Translator(settings, costs, log);
    this.#encoder = new EventEncoder(translator, settings.agentName ?? settings.hostName);
    this.#heartbeat = new Heartbeat(request, log);
    this.#transport = new AgentPulseTransport({
      request,
      compression: settings.compression,
      encoder: this.#encoder,
      log,
      queueOnHold,
      onRefused: (error) => this.#refused(error, log),
    });
    this.#queue = new DeliveryQueue({
      name: "AgentPulse exporter",
      transport: this.#transport,
      sizeOf: (queued) => this.#encoder.sizeOf(queued),
      maxQueueSize: settings.maxQueueSize,
      maxBatchItems: settings.maxBatchSize,
      maxBatchBytes: MAX_BATCH_BYTES - this.#encoder.envelopeBytes,
      flushIntervalMs: settings.flushIntervalMs,
      retry: {
        attempts: 3,
        initialDelayMs: 1_000,
        factor: 2,
        maxDelayMs: LONGEST_WAIT_MS,
        jitter: [-0.2, 0.2],
      },
      exitTimeoutMs: SHUTDOWN_MS,
      ...(itemDeadlineMs !== undefined && { itemDeadlineMs }),
    });
    // Not with transcripts: they need a session's calls in order, so each has to wait its turn.
    if (!settings.captureMessages)
      this.#backlog = new Backlog(settings.maxQueueSize, (queued) => this.#encoder.sizeOf(queued));
    this.#heartbeat.start(settings.heartbeatMs);
    this.#listen(settings);
  }

  /** Events that wait or are being sent. */
  get pending(): number {
    return this.#queue.pending;
  }

  /** Events given up so far. */
  get dropped(): number {
    return this.#queue.droppedCount;
  }

  /** Costs a push. `done` is called once, when the event was delivered or given up. */
  add(queued: QueuedEvent, done?: (delivered: boolean) => void): void {
    this.#queue.add(queued, done);
    if (this.#backlog && this.#queue.pending > MOST_SPANS) this.#backlog.add(queued);
  }

  flush(timeoutMs = FLUSH_MS, holdsProcess = true): Promise<boolean> {
    return this.#queue.flush(timeoutMs, holdsProcess);
  }

  async shutdown(): Promise<void> {
    this.#heartbeat.stop();
    await this.#queue.shutdown(SHUTDOWN_MS);
    for (const undo of this.#undo.splice(0)) undo();
  }

  #listen({ flushOnSignals }: Settings): void {
    const onExit = () => this.#sendLast();
    // A worker thread that is ending cannot start another thread.
    if (isMainThread) process.on("exit", onExit);
    this.#undo.push(() => process.removeListener("exit", onExit));
    if (flushOnSignals) this.#undo.push(onEndingSignal({ flush: () => this.flush(SHUTDOWN_MS) }));
  }

  #refused(error: Error, log: Log): void {
    this.#heartbeat.stop();
    const line = `the server refuses the key or the address, nothing more is sent: ${error.message}`;
    log.debug(line);
    diag.error(`AgentPulse exporter: ${line}`);
  }

  #sendLast(): void {
    if (this.#queue.pending === 0 || this.#transport.isFailing) return;
    try {
      const batches = this.#batchLast(this.#queue.takeForExit());
      const requests = batches.flatMap((batch) => this.#transport.toLastRequests(batch));
      postBeforeExit(requests, { timeoutMs: LAST_POST_MS });
    } catch {
      // Nobody is left to report it to.
    }
  }

  /** The oldest events first, as many as time allows to encode. */
  #batchLast(events: readonly QueuedEvent[]): QueuedEvent[][] {
    const until = performance.now() + LAST_ENCODING_MS;
    const limit = MAX_BATCH_BYTES - this.#encoder.envelopeBytes;
    const batches: QueuedEvent[][] = [[]];
    let bytes = 0;
    for (const event of events) {
      if (performance.now() >= until) break;
      const size = this.#encoder.sizeOf(event);
      const batch = batches.at(-1) as QueuedEvent[];
      if (batch.length < this.#maxBatchSize && bytes + size <= limit) {
        batch.push(event);
        bytes += size;
      } else {
        batches.push([event]);
        bytes = size;
      }
    }
    return batches;
  }
}
