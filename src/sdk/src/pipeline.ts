import type { SpanProcessor } from "@opentelemetry/sdk-trace";
import { attempt } from "./attempt.js";
import { OpenSpans } from "./open-spans.js";
import type { EndingExporter } from "./signals/output.js";

/** A provider of any signal. */
interface Stage {
  forceFlush?(): Promise<void>;
  shutdown?(): Promise<void>;
}

/** How much longer `process.exit()` may take. */
const LONGEST_EXIT_MS = 1000;

/** Everything that leaves the process, flushed and ended together, in bounded time, whatever fails. */
export class Pipeline {
  readonly #timeoutMs: number;
  readonly #stages: Stage[] = [];
  readonly #exporters: EndingExporter[] = [];
  readonly #last: (() => void)[] = [];
  #recorded = 1;
  readonly openSpans = new OpenSpans();

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Notices ended spans, so that the end of an idle process costs nothing. */
  readonly activity: SpanProcessor = {
    onStart: () => {},
    onEnd: () => {
      this.#recorded += 1;
    },
    forceFlush: async () => {},
    shutdown: async () => {},
  };

  add(stage: Stage, exporters: readonly EndingExporter[] = [], last: readonly (() => void)[] = []): void {
    this.#stages.push(stage);
    this.#exporters.push(...exporters);
    this.#last.push(...last);
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

  /** The process ends, perhaps: it may find more to do. */
  async finish(): Promise<void> {
    this.#recorded = 0;
    await this.#atOnce(() => this.#flushAll());
  }

  /** For the `exit` event, where nothing can be awaited: after `process.exit()` and after a crash. */
  last(): void {
    for (const show of this.#last) attempt(show);
    // Hands over what is batched, as far as that goes without waiting: spans do, metrics only to the console, where
    // they stand already if the process ended in good order.
    const flushed = this.hasWork() ? this.#stages : [];
    for (const stage of flushed) attempt(() => void stage.forceFlush?.().catch(() => {}));
    for (const exporter of this.#exporters)
      attempt(() => exporter.postLeftovers(Math.min(this.#timeoutMs, LONGEST_EXIT_MS)));
  }

  /** Flushes by itself: a reader of metrics that was flushed before would export them once more. */
  async shutdown(): Promise<void> {
    await this.#atOnce(async () => {
      await settled(this.#stages, async (stage) => stage.shutdown?.());
      await settled(this.#exporters, async (exporter) => exporter.forceFlush());
    });
  }

  /** What is left is tried once, and what hangs is cut off. */
  async #atOnce(send: () => Promise<void>): Promise<void> {
    for (const exporter of this.#exporters) exporter.hurry();
    await this.#inTime(send());
    for (const exporter of this.#exporters) exporter.abort();
  }

  async #flushAll(): Promise<void> {
    await settled(this.#stages, async (stage) => stage.forceFlush?.());
    await settled(this.#exporters, async (exporter) => exporter.forceFlush());
  }

  /** The timer also keeps the process up while requests, which do not, are under way. */
  async #inTime(work: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#timeoutMs);
    });
    await Promise.race([work, deadline]);
    clearTimeout(timer);
  }
}

/** The function is asynchronous, so that what throws at once is a failure like others. */
async function settled<Part>(parts: readonly Part[], end: (part: Part) => Promise<void>): Promise<void> {
  await Promise.allSettled(parts.map(end));
}
