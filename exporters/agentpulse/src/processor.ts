import { type Context, TraceFlags } from "@opentelemetry/api";
import { toInitEvent } from "./event/init-event.js";
import { type QueuedEvent, queueEvent } from "./event/queued-event.js";
import { addEnd, addStart } from "./event/span-parts.js";
import { Log } from "./log.js";
import type { AgentPulseOptions } from "./options/options.js";
import { resolveSettings, type Settings } from "./options/settings.js";
import { Lineage, type StartedSpan } from "./span/lineage.js";
import type { ReadableSpan } from "./span/readable-span.js";
import { Reporter } from "./wire/reporter.js";

/**
 * Sends an application's spans to an AgentPulse server as events: model calls with tokens and cost, sessions, jobs, agents,
 * errors. Adds the session and agent to the spans that belong to them. On the application's path it only queues; everything
 * else happens later. Only its constructor throws.
 * @throws TypeError or RangeError for an invalid option, saying what to write instead.
 */
export class AgentPulseSpanProcessor {
  readonly #settings: Settings;
  readonly #lineage = new Lineage();
  readonly #add = (queued: QueuedEvent) => this.#reporter?.add(queued);
  readonly #reporter: Reporter | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: AgentPulseOptions = {}) {
    this.#settings = resolveSettings(options, process.env);
    const { enabled, apiKey, debug, initEvent, warnings } = this.#settings;
    const log = new Log(debug);
    for (const warning of warnings) log.warn(warning);
    if (!enabled || apiKey === undefined) return;
    this.#reporter = new Reporter({ settings: this.#settings, apiKey, log, queueOnHold: "keep" });
    if (initEvent !== false) this.#add(queueEvent(toInitEvent(this.#settings)));
  }

  /** Events that are waiting or being sent. */
  get pendingEvents(): number {
    return this.#reporter?.pending ?? 0;
  }

  /** Events dropped so far. */
  get droppedEvents(): number {
    return this.#reporter?.dropped ?? 0;
  }

  onStart(span: StartedSpan, parentContext: Context): void {
    if (!this.#settings.enabled || this.#closed) return;
    this.#lineage.begin(span, parentContext);
    if (this.#reporter === undefined || !isSampled(span)) return;
    addStart(span, this.#lineage.of(span), this.#settings, this.#add);
  }

  onEnd(span: ReadableSpan): void {
    if (this.#reporter === undefined || this.#closed || !isSampled(span)) return;
    addEnd(span, this.#lineage.of(span), this.#settings, this.#add);
  }

  /** Resolves when everything queued has been delivered or dropped. */
  async forceFlush(): Promise<void> {
    await this.#reporter?.flush();
  }

  /** Flushes for at most five seconds and stops. Idempotent. */
  shutdown(): Promise<void> {
    this.#closed ??= this.#reporter?.shutdown() ?? Promise.resolve();
    return this.#closed;
  }
}

function isSampled(span: ReadableSpan): boolean {
  return (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
}
