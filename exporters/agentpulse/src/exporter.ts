import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import type { QueuedEvent } from "./event/queued-event.js";
import { addEnd, addStart } from "./event/span-parts.js";
import { Log } from "./log.js";
import type { AgentPulseOptions } from "./options/options.js";
import { resolveSettings, type Settings } from "./options/settings.js";
import type { ReadableSpan } from "./span/readable-span.js";
import { Reporter } from "./wire/reporter.js";

/** Below the 30 seconds after which a `BatchSpanProcessor` gives up. */
const DEADLINE_MS = 25_000;

/**
 * The same as an exporter, for applications with a `BatchSpanProcessor` of their own. It sees spans only when they have
 * ended, so a session appears at its end, and spans inherit nothing.
 * @throws TypeError or RangeError for an option that cannot be used, naming it and what to write.
 */
export class AgentPulseSpanExporter {
  readonly #settings: Settings;
  readonly #reporter: Reporter | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: AgentPulseOptions = {}) {
    this.#settings = resolveSettings(options, process.env);
    const { enabled, apiKey, debug, warnings } = this.#settings;
    const log = new Log(debug);
    for (const warning of warnings) log.warn(warning);
    if (!enabled || apiKey === undefined) return;
    // The batch processor queues spans itself and waits for the callback, so what cannot be sent now is not kept.
    this.#reporter = new Reporter({
      settings: this.#settings,
      apiKey,
      log,
      queueOnHold: "drop",
      itemDeadlineMs: DEADLINE_MS,
    });
  }

  /** Events dropped so far. */
  get droppedEvents(): number {
    return this.#reporter?.dropped ?? 0;
  }

  /** Calls back once, when all events of the spans are delivered or dropped, after at most 25 seconds. */
  export(spans: ReadableSpan[], resultCallback: (result: ExportResult) => void): void {
    if (this.#closed) {
      const error = new Error("the AgentPulse exporter was shut down");
      resultCallback({ code: ExportResultCode.FAILED, error });
      return;
    }
    const events: QueuedEvent[] = [];
    if (this.#reporter) for (const span of spans) this.#read(span, events);
    if (events.length === 0) {
      resultCallback({ code: ExportResultCode.SUCCESS });
      return;
    }
    let waiting = events.length;
    let dropped = 0;
    let isCalled = false;
    const callBack = (lost: number) => {
      if (!isCalled) resultCallback(toResult(lost));
      isCalled = true;
    };
    const done = (delivered: boolean) => {
      if (!delivered) dropped++;
      if (--waiting === 0) callBack(dropped);
    };
    for (const event of events) this.#reporter?.add(event, done);
    // These spans have already waited in the batch processor. How long a process waits for them at its end is the
    // processor's business too, by a timer of its own; for what waits without one, the end of the process gives up.
    const flushed = this.#reporter?.flush(DEADLINE_MS, false);
    void flushed?.then((isFlushed) => {
      if (!isFlushed) callBack(dropped + waiting);
    });
  }

  async forceFlush(): Promise<void> {
    await this.#reporter?.flush();
  }

  /** Flushes for at most five seconds and stops. Idempotent. */
  shutdown(): Promise<void> {
    this.#closed ??= this.#reporter?.shutdown() ?? Promise.resolve();
    return this.#closed;
  }

  #read(span: ReadableSpan, events: QueuedEvent[]): void {
    const add = (queued: QueuedEvent) => events.push(queued);
    addStart(span, undefined, this.#settings, add);
    addEnd(span, undefined, this.#settings, add);
  }
}

function toResult(dropped: number): ExportResult {
  if (dropped === 0) return { code: ExportResultCode.SUCCESS };
  const error = new Error(`AgentPulse: ${dropped} events could not be delivered`);
  return { code: ExportResultCode.FAILED, error };
}
