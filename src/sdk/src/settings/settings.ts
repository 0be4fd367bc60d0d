import type { TextMapPropagator } from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import type { LogRecordLimits } from "@opentelemetry/sdk-logs";
import type { Sampler, SpanLimits } from "@opentelemetry/sdk-trace";
import { type Configuration, DURATION_MS } from "../configuration.js";
import { LOG_LEVELS, type LogLevelName } from "../log.js";
import { type OtlpSettings, readOtlpSettings, type Signal } from "../otlp/settings.js";
import { readBatch } from "./batch.js";
import { readOwnSampler } from "./given-components.js";
import { readLogRecordLimits, readSpanLimits } from "./limits.js";
import type { BatchOptions, ExporterName, InitOptions } from "./options.js";
import { readPropagator } from "./propagator.js";
import { readResource } from "./resource.js";
import { readSampler } from "./sampler.js";

/** Settings of one signal. Without exporters the signal is off. */
export interface SignalSettings {
  readonly exporters: readonly Exclude<ExporterName, "none">[];
  /** Read only if something is sent to a collector. */
  readonly otlp: () => OtlpSettings;
  /** Whether these exporters were asked for explicitly, so that a missing collector is worth a warning. */
  readonly asked: boolean;
}

/** Everything set by options and variables, validated once. */
export interface Settings {
  readonly resource: Resource;
  readonly sampler: Sampler;
  readonly spanLimits: SpanLimits;
  readonly propagator: TextMapPropagator;
  readonly traces: SignalSettings;
  readonly metrics: SignalSettings & { readonly intervalMs: number; readonly timeoutMs: number };
  readonly logs: SignalSettings & {
    readonly batch: Required<BatchOptions>;
    readonly limits: Required<LogRecordLimits>;
  };
  readonly batch: Required<BatchOptions>;
  readonly shutdownTimeoutMs: number;
  readonly joinParentTrace: boolean;
}

const EXPORTERS = ["otlp", "console", "none"] as const satisfies readonly ExporterName[];

export function readLogLevel(options: InitOptions, configuration: Configuration): LogLevelName | undefined {
  const place = { option: "logLevel", value: options.logLevel, variables: ["OTEL_LOG_LEVEL"] };
  if (configuration.given(place) != null) return configuration.choice(place, LOG_LEVELS, "warn");
  configuration.note(place, undefined, undefined);
  return undefined;
}

export function readDebug(options: InitOptions, configuration: Configuration): boolean {
  const place = { option: "debug", value: options.debug, variables: ["AGENTPULSE_DEBUG"] };
  return configuration.boolean(place, false);
}

export function readSettings(options: InitOptions, configuration: Configuration): Settings {
  return {
    resource: readResource(options, configuration),
    sampler: readOwnSampler(options, configuration) ?? readSampler(configuration),
    spanLimits: readSpanLimits(configuration),
    propagator: readPropagator(configuration),
    traces: readSignal("traces", options.tracesExporter, ["otlp"], options, configuration),
    metrics: {
      ...readSignal("metrics", options.metricsExporter, [], options, configuration),
      ...readMetricTimes(configuration),
    },
    logs: {
      ...readSignal("logs", options.logsExporter, [], options, configuration),
      batch: readBatch("OTEL_BLRP", {}, 1000, configuration),
      limits: readLogRecordLimits(configuration),
    },
    batch: readBatch("OTEL_BSP", options.batch ?? {}, 5000, configuration),
    shutdownTimeoutMs: configuration.number(
      { option: "shutdownTimeoutMs", value: options.shutdownTimeoutMs },
      5000,
      DURATION_MS,
    ),
    joinParentTrace: configuration.boolean(
      {
        option: "joinParentTrace",
        value: options.joinParentTrace,
        variables: ["KIT_JOIN_PARENT_TRACE"],
      },
      false,
    ),
  };
}

/** The metric reader refuses a timeout above its interval. */
function readMetricTimes(configuration: Configuration): { intervalMs: number; timeoutMs: number } {
  const interval = { variables: ["OTEL_METRIC_EXPORT_INTERVAL"] };
  const timeout = { variables: ["OTEL_METRIC_EXPORT_TIMEOUT"] };
  const intervalMs = configuration.number(interval, 60_000, DURATION_MS);
  const timeoutMs = configuration.number(timeout, 30_000, DURATION_MS);
  if (timeoutMs <= intervalMs) return { intervalMs, timeoutMs };
  const given = configuration.given(timeout);
  const isAskedFor = given !== undefined && Number(given.text) === timeoutMs;
  if (isAskedFor) {
    configuration.report(
      `${given.name}: "${given.text}" is above OTEL_METRIC_EXPORT_INTERVAL; ${intervalMs} is used.`,
    );
  }
  configuration.note(timeout, intervalMs, isAskedFor ? given.name : undefined);
  return { intervalMs, timeoutMs: intervalMs };
}

function readSignal(
  signal: Signal,
  option: InitOptions["tracesExporter"],
  fallback: SignalSettings["exporters"],
  options: InitOptions,
  configuration: Configuration,
): SignalSettings {
  const place = {
    option: `${signal}Exporter`,
    value: option,
    variables: [`OTEL_${signal.toUpperCase()}_EXPORTER`],
  };
  const chosen = configuration.choices(place, EXPORTERS);
  // A list without any known name counts as not given: a typo must not turn the signal off.
  const names: readonly ExporterName[] = chosen?.length ? chosen : fallback;
  if (!chosen?.length) configuration.note(place, fallback.length > 0 ? fallback : "none", undefined);
  const exporters = names.includes("none") ? [] : names.filter((name) => name !== "none");
  const endpoints = [`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`, "OTEL_EXPORTER_OTLP_ENDPOINT"];
  const asked =
    chosen !== undefined ||
    configuration.given({ option: "otlp.endpoint", value: options.otlp?.endpoint, variables: endpoints }) !=
      null;
  return { exporters, asked, otlp: () => readOtlpSettings(signal, options.otlp ?? {}, configuration) };
}
