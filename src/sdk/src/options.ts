import type { ContentCapture, ContentOptions, GenAIInstrumentationConfig, PriceOverrides } from "@kit/genai";
import type { Attributes } from "@opentelemetry/api";
import type { Instrumentation } from "@opentelemetry/instrumentation";
import type { Sampler, SpanProcessor } from "@opentelemetry/sdk-trace";
import type { LogLevelName } from "./log.js";
import type { OtlpOptions } from "./otlp/settings.js";

/** Where a signal goes: to a collector, to the terminal, or nowhere. */
export type ExporterName = "otlp" | "console" | "none";

/** How finished spans are collected before they are sent. */
export interface BatchOptions {
  /** Longest time a span waits, in milliseconds. `OTEL_BSP_SCHEDULE_DELAY`. @default 5000 */
  readonly scheduleDelayMs?: number;
  /** Longest time one export may take, in milliseconds. `OTEL_BSP_EXPORT_TIMEOUT`. @default 30000 */
  readonly exportTimeoutMs?: number;
  /** Spans held before further ones are dropped. `OTEL_BSP_MAX_QUEUE_SIZE`. @default 2048 */
  readonly maxQueueSize?: number;
  /** Spans in one request. `OTEL_BSP_MAX_EXPORT_BATCH_SIZE`. @default 512 */
  readonly maxExportBatchSize?: number;
}

/** What `init` accepts. Every option wins over its variable; what cannot be used is reported and ignored. */
export interface InitOptions {
  /** `false` leaves the application exactly as it is: nothing patched, sent or timed. `OTEL_SDK_DISABLED=true`. @default true */
  readonly enabled?: boolean;
  /** Name of the application in every backend. `OTEL_SERVICE_NAME`. @default "unknown_service:node" */
  readonly serviceName?: string;
  /** More facts about the process, over those of `OTEL_RESOURCE_ATTRIBUTES`. */
  readonly resourceAttributes?: Attributes;
  /** `OTEL_TRACES_EXPORTER`. `console` prints each finished trace as a tree. @default "otlp" */
  readonly tracesExporter?: ExporterName | readonly ExporterName[];
  /** `OTEL_METRICS_EXPORTER`. @default "none" */
  readonly metricsExporter?: ExporterName | readonly ExporterName[];
  /** `OTEL_LOGS_EXPORTER`; events of model calls are log records. @default "none" */
  readonly logsExporter?: ExporterName | readonly ExporterName[];
  /** How to reach the collector. */
  readonly otlp?: OtlpOptions;
  /** Batching of spans. */
  readonly batch?: BatchOptions;
  /** Replaces the sampler of `OTEL_TRACES_SAMPLER`. @default parentbased_always_on */
  readonly sampler?: Sampler;
  /** More places for spans, besides the configured exporters. They are flushed and shut down with the rest. */
  readonly spanProcessors?: readonly SpanProcessor[];
  /** More instrumentations, besides those of the kit. */
  readonly instrumentations?: readonly Instrumentation[];
  /** Only these of the kit's instrumentations, for example `["openai"]`. `OTEL_NODE_ENABLED_INSTRUMENTATIONS`. @default all */
  readonly enabledInstrumentations?: readonly string[];
  /** All but these. `OTEL_NODE_DISABLED_INSTRUMENTATIONS`. @default none */
  readonly disabledInstrumentations?: readonly string[];
  /**
   * Records prompts, answers and tool arguments: `true` on spans, or where the name says.
   * `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`. @default false
   */
  readonly captureMessages?: boolean | ContentCapture;
  /** Sees the content of each operation before it is recorded and returns what may be. Content is dropped when it throws. */
  readonly redact?: ContentOptions["redact"];
  /** Longest text inside recorded content, in characters; longer ones are cut. @default 65536 */
  readonly maxContentLength?: number;
  /** Prices over the built-in table, by model name: USD for 1,000 input and 1,000 output tokens. */
  readonly prices?: PriceOverrides;
  /**
   * Whose spans tell of a call to a library that makes spans by itself, as the Anthropic SDK does from 0.134: only
   * `ours`, only its `native` ones, or `both`. `KIT_ANTHROPIC_NATIVE_TELEMETRY`. @default "ours"
   */
  readonly nativeTelemetry?: GenAIInstrumentationConfig["nativeTelemetry"];
  /** Longest time that `flush`, `shutdown` and the end of the process wait for delivery, in milliseconds. @default 5000 */
  readonly shutdownTimeoutMs?: number;
  /** How much OpenTelemetry says about itself on standard error. `OTEL_LOG_LEVEL`. @default only the kit's own warnings */
  readonly logLevel?: LogLevelName;
}
