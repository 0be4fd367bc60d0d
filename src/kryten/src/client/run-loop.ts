/** The wait of `run()`: until `stop()`, a signal of the process, or the loss of the connection. */
export class RunLoop {
  #end: ((error?: Error) => void) | undefined;
  #ended: Promise<void> | undefined;
  #failure: Error | undefined;

  get isRunning(): boolean {
    return this.#end !== undefined;
  }

  async run(handleSignals: boolean): Promise<void> {
    if (this.#failure) throw this.#failure;
    const stop = () => this.end();
    const running = new Promise<void>((resolve, reject) => {
      this.#end = (error) => (error ? reject(error) : resolve());
    });
    if (handleSignals) {
      process.once("SIGINT", stop);
      process.once("SIGTERM", stop);
    }
    this.#ended = running.catch(() => {});
    try {
      await running;
    } finally {
      process.removeListener("SIGINT", stop);
      process.removeListener("SIGTERM", stop);
      this.#end = undefined;
    }
  }

  /** Ends `run()`, with the error if there is one. */
  end(error?: Error): void {
    this.#end?.(error);
  }

  /** Rejects the current `run()` and every later one until `renew`. */
  fail(error: Error): void {
    this.#failure = error;
    this.end(error);
  }

  /** There is a new connection to run on. */
  renew(): void {
    this.#failure = undefined;
  }

  /** Ends `run()` and resolves when it has. */
  async stop(): Promise<void> {
    const ended = this.#ended;
    if (!this.isRunning) return;
    this.end();
    await ended;
  }
}
