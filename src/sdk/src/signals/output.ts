/** An exporter that can be told that the process ends. */
export interface EndingExporter {
  forceFlush(): Promise<void>;
  /** Nothing waits for a retry any more. */
  hurry(): void;
  /** Requests under way are given up. */
  abort(): void;
  /** Delivers without waiting for the event loop, which has ended. */
  postLeftovers(timeoutMs: number): void;
}

/** One way out of the process for one signal. */
export interface Output<Processor> {
  readonly processor: Processor;
  /** Batch processors forget the batch that is under way when they flush, so the exporter is asked too. */
  readonly exporter?: EndingExporter;
  /** What can still be done when the process exits at once. */
  readonly last?: () => void;
}
