/** Observes the steps of a stream. */
export interface StreamObserver {
  step(result: IteratorResult<unknown>): void;
  fail(error: unknown): void;
  /** The consumer left before the end. */
  close(): void;
}
