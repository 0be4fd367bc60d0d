import type { ContentCapture, GenAIInstrumentationConfig } from "@kit/genai";
import type { CostMatch, PriceOverrides } from "@kit/genai/core";
import type { Attributes } from "@opentelemetry/api";
import type { Instrumentation } from "@opentelemetry/instrumentation";
import type { Sampler, SpanProcessor } from "@opentelemetry/sdk-trace";
import type { LogLevelName } from "../log.js";
import type { OtlpOptions } from "../otlp/settings.js";
import type { AgentPulseInitOptions } from "./agentpulse-options.js";

/** Where a signal is exported: to a collector, to the terminal, or nowhere. */
export type ExporterName = "otlp" | "console" | "none";

/** How finished spans are batched before they are sent. */
export interface BatchOptions {
  /** Longest time a span waits before it is exported, in milliseconds. `OTEL_BSP_SCHEDULE_DELAY`. @default 5000 */
  readonly scheduleDelayMs?: number;
  /** Longest time one export may take, in milliseconds. `OTEL_BSP_EXPORT_TIMEOUT`. @default 30000 */
  readonly exportTimeoutMs?: number;
  /** Spans that may wait; further ones are dropped. `OTEL_BSP_MAX_QUEUE_SIZE`. @default 2048 */
  readonly maxQueueSize?: number;
  /** Spans in one request. `OTEL_BSP_MAX_EXPORT_BATCH_SIZE`. @default 512 */
  readonly maxExportBatchSize?: number;
}

/** Which libraries are instrumented automatically. */
export interface PatchOptions {
  /** `false` instruments only what is passed to `patch`. `AGENTPULSE_AUTO_PATCH`. @default true */
  readonly autoPatch?: boolean;
  /** Only these of the kit's instrumentations, for example `["openai"]`, or `["none"]`. `KIT_INSTRUMENTATIONS`, then `OTEL_NODE_ENABLED_INSTRUMENTATIONS`. @default all */
  readonly enabledInstrumentations?: readonly string[];
  /** All but these. `OTEL_NODE_DISABLED_INSTRUMENTATIONS`. @default none */
  readonly disabledInstrumentations?: readonly string[];
  /** `false` leaves `openai` alone. @default true */
  readonly patchOpenai?: boolean;
  /** `false` leaves `@anthropic-ai/sdk` alone. @default true */
  readonly patchAnthropic?: boolean;
  /** `false` leaves `litellm` alone. @default true */
  readonly patchLitellm?: boolean;
  /** `false` leaves `@langchain/core` alone. @default true */
  readonly patchLangchain?: boolean;
  /**
   * Also instruments libraries loaded before `init`. Finding them takes a few milliseconds, which the `--import` hook does
   * not need to spend. @default true
   */
  readonly patchLoaded?: boolean;
}

/** Options of `init`. Every option wins over its variable; a value that cannot be used is reported and ignored. */
export interface InitOptions extends AgentPulseInitOptions, PatchOptions {
  /**
   * `false` leaves the application exactly as it is: nothing patched, sent or timed. `AGENTPULSE_ENABLED=false` and
   * `OTEL_SDK_DISABLED=true` do the same. @default true
   */
  readonly enabled?: boolean;
  /** Name of the application in every backend. `OTEL_SERVICE_NAME`. @default "unknown_service:node" */
  readonly serviceName?: string;
  /** Further resource attributes; they win over those of `OTEL_RESOURCE_ATTRIBUTES`. */
  readonly resourceAttributes?: Attributes;
  /** `OTEL_TRACES_EXPORTER`. `console` prints each finished trace as a tree. @default "otlp" */
  readonly tracesExporter?: ExporterName | readonly ExporterName[];
  /** `OTEL_METRICS_EXPORTER`. @default "none" */
  readonly metricsExporter?: ExporterName | readonly ExporterName[];
  /** `OTEL_LOGS_EXPORTER`; the events of model calls are log records. @default "none" */
  readonly logsExporter?: ExporterName | readonly ExporterName[];
  /** How to reach the collector. */
  readonly otlp?: OtlpOptions;
  /** Batching of spans. */
  readonly batch?: BatchOptions;
  /** Replaces the sampler of `OTEL_TRACES_SAMPLER`. @default parentbased_always_on */
  readonly sampler?: Sampler;
  /** Further span processors, besides the configured exporters. They are flushed and shut down with the rest. */
  readonly spanProcessors?: readonly SpanProcessor[];
  /** Further instrumentations, besides the kit's own. */
  readonly instrumentations?: readonly Instrumentation[];
  /**
   * Records prompts, answers and tool arguments: `true` on spans, or where the value says.
   * `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`, `AGENTPULSE_CAPTURE_MESSAGES`. AgentPulse is sent the content on
   * spans only if this option or the latter variable asks for it. @default false
   */
  readonly captureMessages?: boolean | ContentCapture;
  /** Called with the content of each operation; returns what may be recorded. If it throws, the content is dropped. */
  readonly redact?: GenAIInstrumentationConfig["redact"];
  /** Longest text inside recorded content, in characters; longer ones are cut. @default 65536 */
  readonly maxContentLength?: number;
  /**
   * `true` also records descriptions and parameters of the tools offered to a model, `false` not even the description
   * of a tool that runs. @default only the descriptions of tools that run
   */
  readonly captureToolDetails?: boolean;
  /** `false` records nothing about process and runtime. @default true */
  readonly captureMetadata?: boolean;
  /** Emits log events for model calls, for `logsExporter`. @default true */
  readonly emitEvents?: boolean;
  /** Prices over the built-in tables, by model name, in USD for 1,000 tokens: `[input, output]` or `{ input, output, cacheRead, cacheWrite }`. */
  readonly prices?: PriceOverrides;
  /** The same under the name that AgentPulse's SDK gives it; `prices` wins. */
  readonly costTableOverride?: PriceOverrides;
  /** `strict`: a price applies to versions of its model; `prefix`: to every name that begins with it. @default "strict" */
  readonly costMatch?: CostMatch;
  /**
   * Whose spans describe a call where the library makes spans itself, as the Anthropic SDK does from 0.134: only
   * `ours`, only its `native` ones, or `both`. `KIT_ANTHROPIC_NATIVE_TELEMETRY`. @default "ours"
   */
  readonly nativeTelemetry?: GenAIInstrumentationConfig["nativeTelemetry"];
  /**
   * Continues the trace of the process that started this one, from `TRACEPARENT`, `TRACESTATE` and `BAGGAGE` in the
   * environment. Meant for commands and jobs: everything a server does would become that one trace.
   * `KIT_JOIN_PARENT_TRACE`. @default false
   */
  readonly joinParentTrace?: boolean;
  /** Longest time that `flush`, `shutdown` and the end of the process wait for delivery, in milliseconds. @default 5000 */
  readonly shutdownTimeoutMs?: number;
  /** How much OpenTelemetry logs about itself on standard error. `OTEL_LOG_LEVEL`. @default only the kit's own warnings */
  readonly logLevel?: LogLevelName;
}
