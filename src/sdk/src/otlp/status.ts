const RETRYABLE = [429, 502, 503, 504];

/** Whether OTLP allows sending the same batch again after this status. */
export function isRetryable(status: number): boolean {
  return RETRYABLE.includes(status);
}
