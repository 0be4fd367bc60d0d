const RETRYABLE = [429, 502, 503, 504];

/** Whether a collector that answers with this status may take the same batch later, as OTLP has it. */
export function isRetryable(status: number): boolean {
  return RETRYABLE.includes(status);
}
