import { type Configuration, DURATION_MS, type NumberLimits } from "../configuration.js";
import type { BatchOptions } from "./options.js";

const COUNT: NumberLimits = { min: 1, integer: true };

/** How one signal is batched: options over variables with this prefix over OpenTelemetry's defaults. */
export function readBatch(
  prefix: "OTEL_BSP" | "OTEL_BLRP",
  options: BatchOptions,
  scheduleDelayMs: number,
  configuration: Configuration,
): Required<BatchOptions> {
  const number = (option: keyof BatchOptions, suffix: string, fallback: number, limits: NumberLimits) =>
    configuration.number(
      { option: `batch.${option}`, value: options[option], variables: [`${prefix}_${suffix}`] },
      fallback,
      limits,
    );
  const maxQueueSize = number("maxQueueSize", "MAX_QUEUE_SIZE", 2048, COUNT);
  return {
    scheduleDelayMs: number("scheduleDelayMs", "SCHEDULE_DELAY", scheduleDelayMs, { ...DURATION_MS, min: 0 }),
    exportTimeoutMs: number("exportTimeoutMs", "EXPORT_TIMEOUT", 30_000, DURATION_MS),
    maxQueueSize,
    maxExportBatchSize: number("maxExportBatchSize", "MAX_EXPORT_BATCH_SIZE", Math.min(512, maxQueueSize), {
      ...COUNT,
      max: maxQueueSize,
    }),
  };
}
