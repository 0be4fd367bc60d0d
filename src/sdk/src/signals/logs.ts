import type { LoggerProvider, LogRecordProcessor } from "@opentelemetry/sdk-logs";
import { lazy } from "../lazy-packages.js";
import type { Log } from "../log.js";
import { divideLogs } from "../otlp/division.js";
import { OtlpExporter } from "../otlp/exporter.js";
import { loadSerializers } from "../otlp/serializers.js";
import type { Settings } from "../settings/settings.js";
import type { EndingExporter } from "./output.js";
import { UnsentLogs } from "./unsent-logs.js";

export interface Logs {
  readonly provider: LoggerProvider;
  readonly exporters: readonly EndingExporter[];
  /** What can still be done where nothing can be awaited any more. */
  readonly syncFlushes: readonly (() => void)[];
}

/** A logger provider for the configured exporters; `undefined`, and nothing loaded, when there is none. */
export function createLogs({ logs, resource }: Settings, log: Log): Logs | undefined {
  if (logs.exporters.length === 0) return undefined;
  // Required, not imported: most applications never ask for events and should not wait for them at start.
  const sdk = lazy.logs();
  const otlp: EndingExporter[] = [];
  const syncFlushes: (() => void)[] = [];
  const processors = logs.exporters.flatMap((name): LogRecordProcessor[] => {
    if (name === "console") {
      return [new sdk.SimpleLogRecordProcessor({ exporter: new sdk.ConsoleLogRecordExporter() })];
    }
    const settings = logs.otlp();
    const exporter = new OtlpExporter(
      "logs",
      settings,
      { load: () => loadSerializers(settings).logs, divide: divideLogs },
      log,
    );
    otlp.push(exporter);
    const { scheduleDelayMs, exportTimeoutMs, maxQueueSize, maxExportBatchSize } = logs.batch;
    const unsent = new UnsentLogs(maxQueueSize);
    syncFlushes.push(() => unsent.handOver(exporter));
    const processor = new sdk.BatchLogRecordProcessor({
      exporter: unsent.watch(exporter),
      scheduledDelayMillis: scheduleDelayMs,
      exportTimeoutMillis: exportTimeoutMs,
      maxQueueSize,
      maxExportBatchSize,
    });
    return [processor, unsent];
  });
  const provider = new sdk.LoggerProvider({ resource, processors, logRecordLimits: logs.limits });
  return { provider, exporters: otlp, syncFlushes };
}
