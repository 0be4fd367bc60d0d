import { BatchSpanProcessor, SimpleSpanProcessor, type SpanProcessor } from "@opentelemetry/sdk-trace";
import type { Log } from "../log.js";
import { divideSpans } from "../otlp/division.js";
import { OtlpExporter } from "../otlp/exporter.js";
import { loadSerializers } from "../otlp/serializers.js";
import type { Settings } from "../settings/settings.js";
import { TraceTreeExporter } from "../tree/exporter.js";
import type { Output } from "./output.js";

/**
 * The configured span exporters, each behind a suitable processor. If spans also go `elsewhere` and no collector was asked
 * for, a missing one is not reported.
 */
export function createSpanOutputs(
  { traces, batch }: Settings,
  log: Log,
  elsewhere = false,
): Output<SpanProcessor>[] {
  const report = elsewhere && !traces.asked ? { ...log, warn: log.info } : log;
  return traces.exporters.map((name) => {
    if (name === "console") {
      const tree = new TraceTreeExporter();
      // The tree collects spans itself; a batch processor would only delay it.
      return { processor: new SimpleSpanProcessor({ exporter: tree }), flushSync: () => tree.showAll() };
    }
    const settings = traces.otlp();
    const exporter = new OtlpExporter(
      "traces",
      settings,
      { load: () => loadSerializers(settings).traces, divide: divideSpans },
      report,
    );
    const processor = new BatchSpanProcessor({
      exporter,
      scheduledDelayMillis: batch.scheduleDelayMs,
      exportTimeoutMillis: batch.exportTimeoutMs,
      maxQueueSize: batch.maxQueueSize,
      maxExportBatchSize: batch.maxExportBatchSize,
    });
    return { processor, exporter };
  });
}
