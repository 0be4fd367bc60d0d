import type { SpanProcessor } from "@opentelemetry/sdk-trace";
import { attempt } from "../attempt.js";
import type { EndingExporter } from "../signals/output.js";
import { OpenSpans } from "./open-spans.js";

/** A provider of any signal. */
interface Stage {
  forceFlush?(): Promise<void>;
  shutdown?(): Promise<void>;
}

/** How much longer `process.exit()` may take because of us. */
const LONGEST_EXIT_MS = 1000;

/** Everything that leaves the process: flushed and ended together, in bounded time, whatever fails. */
export class Pipeline {
  readonly #timeoutMs: number;
  readonly #stages: Stage[] = [];
  readonly #exporters: EndingExporter[] = [];
  readonly #syncFlushes: (() => void)[] = [];
  #recorded = 1;
  readonly openSpans = new OpenSpans();

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Counts ended spans, so that an idle process can end without a flush. */
  readonly activity: SpanProcessor = {
    onStart: () => {},
    onEnd: () => {
      this.#recorded += 1;
    },
    forceFlush: async () => {},
    shutdown: async () => {},
  };

  add(
    stage: Stage,
    exporters: readonly EndingExporter[] = [],
    syncFlushes: readonly (() => void)[] = [],
  ): void {
    this.#stages.push(stage);
    this.#exporters.push(...exporters);
    this.#syncFlushes.push(...syncFlushes);
  }

  get isEmpty(): boolean {
    return this.#stages.length === 0;
  }

  /** Whether something may have been recorded since the last flush; always true before the first. */
  hasWork(): boolean {
    return this.#recorded > 0;
  }

  async flush(): Promise<void> {
    this.#recorded = 0;
    await this.#inTime(this.#flushAll());
  }

  /** Flushes because the process may be about to end; it may still find more to do. */
  async finish(): Promise<void> {
    this.#recorded = 0;
    await this.#atOnce(() => this.#flushAll());
  }

  /** For the `exit` event, where nothing can be awaited: after `process.exit()` and after a crash. */
  flushSync(): void {
    for (const flush of this.#syncFlushes) attempt(flush);
    // Flushes batches as far as that works without waiting: it does for spans; metrics only reach the console, and are
    // already there if the process ended normally.
    const flushed = this.hasWork() ? this.#stages : [];
    for (const stage of flushed) attempt(() => void stage.forceFlush?.().catch(() => {}));
    for (const exporter of this.#exporters)
      attempt(() => exporter.postLeftovers(Math.min(this.#timeoutMs, LONGEST_EXIT_MS)));
  }

  /** Includes a flush. Flushing before would make metric readers export twice. */
  async shutdown(): Promise<void> {
    await this.#atOnce(async () => {
      await settled(this.#stages, async (stage) => stage.shutdown?.());
      await settled(this.#exporters, async (exporter) => exporter.forceFlush());
    });
  }

  /** Tries whatever is left once, and cuts off what hangs. */
  async #atOnce(send: () => Promise<void>): Promise<void> {
    for (const exporter of this.#exporters) exporter.hurry();
    await this.#inTime(send());
    for (const exporter of this.#exporters) exporter.abort();
  }

  async #flushAll(): Promise<void> {
    await settled(this.#stages, async (stage) => stage.forceFlush?.());
    await settled(this.#exporters, async (exporter) => exporter.forceFlush());
  }

  /** The timer also keeps the process alive while requests are under way, which do not do so themselves. */
  async #inTime(work: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#timeoutMs);
    });
    await Promise.race([work, deadline]);
    clearTimeout(timer);
  }
}

/** `end` is asynchronous, so that a synchronous exception counts as a failure like any other. */
async function settled<Part>(parts: readonly Part[], end: (part: Part) => Promise<void>): Promise<void> {
  await Promise.allSettled(parts.map(end));
}
