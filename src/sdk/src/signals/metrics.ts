import type { MeterProvider, PushMetricExporter } from "@opentelemetry/sdk-metrics";
import type { Configuration } from "../configuration.js";
import { lazy } from "../lazy-packages.js";
import type { Log } from "../log.js";
import { OtlpExporter } from "../otlp/exporter.js";
import { loadSerializers } from "../otlp/serializers.js";
import type { Settings } from "../settings/settings.js";
import type { EndingExporter } from "./output.js";

const TEMPORALITIES = ["cumulative", "delta", "lowmemory"] as const;

export interface Metrics {
  readonly provider: MeterProvider;
  readonly exporters: readonly EndingExporter[];
}

/** A meter provider for the configured exporters; `undefined`, and nothing loaded, when there is none. */
export function createMetrics(
  settings: Settings,
  configuration: Configuration,
  log: Log,
): Metrics | undefined {
  const { exporters: names, intervalMs, timeoutMs } = settings.metrics;
  if (names.length === 0) return undefined;
  // Required, not imported: most applications never ask for metrics and should not wait for them at start.
  const sdk = lazy.metrics();
  const otlp: EndingExporter[] = [];
  const readers = names.map((name) => {
    if (name === "console") return reader(new sdk.ConsoleMetricExporter());
    const exporter = createOtlpExporter(settings, log);
    otlp.push(exporter);
    return reader(Object.assign(exporter, { selectAggregationTemporality: temporality() }));
  });
  return { provider: new sdk.MeterProvider({ resource: settings.resource, readers }), exporters: otlp };

  function reader(exporter: PushMetricExporter) {
    return new sdk.PeriodicExportingMetricReader({
      exporter,
      exportIntervalMillis: intervalMs,
      exportTimeoutMillis: timeoutMs,
    });
  }

  function temporality() {
    const { AggregationTemporality, InstrumentType } = sdk;
    const delta = {
      cumulative: [],
      lowmemory: [InstrumentType.COUNTER, InstrumentType.HISTOGRAM],
      delta: [InstrumentType.COUNTER, InstrumentType.HISTOGRAM, InstrumentType.OBSERVABLE_COUNTER],
    }[readTemporality(configuration)] as readonly unknown[];
    return (type: import("@opentelemetry/sdk-metrics").InstrumentType) =>
      delta.includes(type) ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE;
  }
}

/** Whether a collector is told totals, or what was added since it was told last. */
export function readTemporality(configuration: Configuration): (typeof TEMPORALITIES)[number] {
  const variables = ["OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE"];
  return configuration.choice({ variables }, TEMPORALITIES, "cumulative");
}

function createOtlpExporter({ metrics }: Settings, log: Log) {
  const settings = metrics.otlp();
  return new OtlpExporter(
    "metrics",
    settings,
    { load: () => loadSerializers(settings).metrics, divide: (batch) => [batch] },
    log,
  );
}
