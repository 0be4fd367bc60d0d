import type { ExportResult } from "@opentelemetry/core";
import type { LogRecordExporter, LogRecordProcessor, ReadableLogRecord } from "@opentelemetry/sdk-logs";

/**
 * Knows which records no exporter has been handed yet. The batch processor hands them over only after a turn of the
 * event loop, and there is none when the process exits.
 */
export class UnsentLogs implements LogRecordProcessor {
  readonly #records = new Set<ReadableLogRecord>();
  readonly #maxHeld: number;

  /** What the batch processor drops beyond is let go of here too. */
  constructor(maxHeld: number) {
    this.#maxHeld = maxHeld;
  }

  onEmit(record: ReadableLogRecord): void {
    this.#records.add(record);
    if (this.#records.size <= this.#maxHeld) return;
    for (const oldest of this.#records) {
      this.#records.delete(oldest);
      return;
    }
  }

  /** The exporter, by which this hears what it was handed. */
  watch<Exporter extends LogRecordExporter>(exporter: Exporter): LogRecordExporter {
    return {
      export: (records, done) => {
        for (const record of records) this.#records.delete(record);
        exporter.export(records, done);
      },
      forceFlush: () => exporter.forceFlush(),
      shutdown: () => exporter.shutdown(),
    };
  }

  /** Hands the exporter what nobody has handed it. */
  handOver(exporter: LogRecordExporter): void {
    const records = [...this.#records];
    this.#records.clear();
    if (records.length > 0) exporter.export(records, (_: ExportResult) => {});
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}
