/** Observes the steps of a stream. */
export interface StreamObserver {
  /** A reader is about to take the first step. */
  begin(): void;
  step(result: IteratorResult<unknown>): void;
  fail(error: unknown): void;
  /** The consumer left before the end. */
  close(): void;
}
