/** An exporter that can be told that the process is ending. */
export interface EndingExporter {
  forceFlush(): Promise<void>;
  /** Ends all waits between retries. */
  hurry(): void;
  /** Gives up requests under way. */
  abort(): void;
  /** Delivers without the event loop, which has ended. */
  postLeftovers(timeoutMs: number): void;
}

/** One way out of the process for one signal. */
export interface Output<Processor> {
  readonly processor: Processor;
  /** Batch processors do not wait for the batch under way when they flush, so the exporter is flushed too. */
  readonly exporter?: EndingExporter;
  /** What can still be done for it where nothing can be awaited any more. */
  readonly flushSync?: () => void;
}
