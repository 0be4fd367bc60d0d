import { type Attributes, context, type TracerProvider } from "@opentelemetry/api";
import type { LoggerProvider as LoggerProviderApi } from "@opentelemetry/api-logs";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type ScopeMetrics,
} from "@opentelemetry/sdk-metrics";
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  type Sampler,
  SamplingDecision,
  SimpleSpanProcessor,
  type Span,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace-node";
import { type ConformanceOptions, expectConformant, type Recorded } from "./conformance.js";

/** An instrumentation as far as the telemetry needs it: something that takes providers. */
export interface TakesProviders {
  setTracerProvider(provider: TracerProvider): void;
  setMeterProvider(provider: MeterProvider): void;
  setLoggerProvider?(provider: LoggerProviderApi): void;
}

export interface TelemetryOptions extends ConformanceOptions {
  /** Share of spans to sample: all of them, or none. @default true */
  readonly sampled?: boolean;
}

/** Everything one run recorded, with the spans by name for short tests. */
export interface FinishedTelemetry extends Recorded {
  /** The only span of the run; throws when there are none or several. */
  onlySpan(): ReadableSpan;
}

/**
 * An OpenTelemetry set-up in memory, on the 2.x line, for one test.
 * `finish()` checks all it recorded against the conventions, so that every test is a conformance test.
 */
export class Telemetry {
  readonly tracerProvider: NodeTracerProvider;
  readonly meterProvider: MeterProvider;
  readonly loggerProvider: LoggerProvider;
  readonly #spans = new InMemorySpanExporter();
  readonly #metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  readonly #logs = new InMemoryLogRecordExporter();
  readonly #witness: CreationWitness;
  readonly #options: TelemetryOptions;

  constructor(options: TelemetryOptions = {}) {
    this.#options = options;
    this.#witness = new CreationWitness(options.sampled ?? true);
    // Refused when a context manager is there already, which is as good.
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    this.tracerProvider = new NodeTracerProvider({
      sampler: this.#witness,
      spanProcessors: [this.#witness, new SimpleSpanProcessor(this.#spans)],
    });
    this.meterProvider = new MeterProvider({
      readers: [
        new PeriodicExportingMetricReader({ exporter: this.#metrics, exportIntervalMillis: 2 ** 30 }),
      ],
    });
    this.loggerProvider = new LoggerProvider({
      processors: [new SimpleLogRecordProcessor({ exporter: this.#logs })],
    });
  }

  /** Points an instrumentation at the providers of this set-up, and returns it. */
  observe<Instrumentation extends TakesProviders>(instrumentation: Instrumentation): Instrumentation {
    instrumentation.setTracerProvider(this.tracerProvider);
    instrumentation.setMeterProvider(this.meterProvider);
    instrumentation.setLoggerProvider?.(this.loggerProvider);
    return instrumentation;
  }

  /** The spans that have ended so far. */
  get spans(): readonly ReadableSpan[] {
    return this.#spans.getFinishedSpans();
  }

  /** The names of spans that have started and not ended. */
  get unended(): readonly string[] {
    return this.#witness.unended;
  }

  /** Forgets everything recorded so far, metrics excepted. */
  forget(): void {
    this.#spans.reset();
    this.#logs.reset();
    this.#witness.reset();
  }

  /** Flushes, shuts down, and returns what was recorded, without judging it. */
  async collect(): Promise<FinishedTelemetry> {
    await Promise.all([this.tracerProvider.forceFlush(), this.loggerProvider.forceFlush()]);
    await this.meterProvider.forceFlush();
    const metrics: ScopeMetrics[] = this.#metrics.getMetrics().at(-1)?.scopeMetrics ?? [];
    const spans = [...this.#spans.getFinishedSpans()];
    const logs = [...this.#logs.getFinishedLogRecords()];
    const { atCreation, unended } = this.#witness;
    await Promise.all([
      this.tracerProvider.shutdown(),
      this.meterProvider.shutdown(),
      this.loggerProvider.shutdown(),
    ]);
    const onlySpan = () => {
      const [span, ...others] = spans;
      if (span !== undefined && others.length === 0) return span;
      throw new Error(`One span expected, got ${spans.length}: ${spans.map(({ name }) => name).join(", ")}`);
    };
    return { spans, metrics, logs, atCreation, unended, onlySpan };
  }

  /** As `collect`, and throws when anything recorded breaks the conventions. */
  async finish(): Promise<FinishedTelemetry> {
    const recorded = await this.collect();
    const metrics = this.#options.metrics ?? this.#options.sampled ?? true;
    expectConformant(recorded, { ...this.#options, metrics });
    return recorded;
  }
}

/** Sampler and span processor in one: remembers which attributes the sampler saw, and which spans are open. */
class CreationWitness implements Sampler, SpanProcessor {
  readonly #sampled: boolean;
  readonly #seen = new Map<string, Attributes>();
  readonly #open = new Map<string, string>();
  #latest: Attributes = {};

  constructor(sampled: boolean) {
    this.#sampled = sampled;
  }

  get atCreation(): ReadonlyMap<string, Attributes> {
    return new Map(this.#seen);
  }

  get unended(): string[] {
    return [...this.#open.values()];
  }

  reset(): void {
    this.#seen.clear();
  }

  shouldSample(...[, , , , attributes]: Parameters<Sampler["shouldSample"]>) {
    this.#latest = { ...attributes };
    return { decision: this.#sampled ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD };
  }

  /** Called in the same turn as `shouldSample`, so the latest attributes are those of this span. */
  onStart(span: Span): void {
    this.#seen.set(span.spanContext().spanId, this.#latest);
    this.#open.set(span.spanContext().spanId, span.name);
  }

  onEnd(span: ReadableSpan): void {
    this.#open.delete(span.spanContext().spanId);
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}
