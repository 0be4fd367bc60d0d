import { type OutputChunk, STREAMS, type StreamName } from "./output.js";
import type { Session } from "./session.js";

/**
 * Output as it comes, from one stream or all. Not a generator: those cannot be left while a read is pending, and a
 * command may be silent for hours.
 */
export class OutputIterator implements AsyncIterableIterator<OutputChunk, undefined, undefined> {
  readonly #session: Session;
  readonly #start: () => Promise<void>;
  readonly #stream: StreamName | "main" | "all";
  #names: readonly StreamName[] = STREAMS;
  #begun: Promise<void> | undefined;
  #release: (() => void) | undefined;
  #left = false;
  readonly #isLeft = (): boolean => this.#left;

  /** `main` is what a terminal shows, or stdout without one: known once the command started. */
  constructor(session: Session, start: () => Promise<void>, stream: StreamName | "main" | "all") {
    this.#session = session;
    this.#start = start;
    this.#stream = stream;
  }

  async next(): Promise<IteratorResult<OutputChunk, undefined>> {
    if (!this.#left) {
      this.#begun ??= this.#begin();
      await this.#begun;
    }
    const value = await this.#read();
    if (value !== undefined) return { value, done: false };
    await this.return();
    return { value, done: true };
  }

  /** Stops reading and, when nothing else reads, detaches from the command. Before the first `next` it does nothing. */
  async return(): Promise<IteratorResult<OutputChunk, undefined>> {
    if (!this.#left) {
      this.#left = true;
      this.#release?.();
      const { outcome, output } = this.#session;
      if (this.#begun !== undefined && outcome === undefined && !output.consumed)
        await this.#session.detach();
    }
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #begin(): Promise<void> {
    try {
      await this.#start();
    } catch (error) {
      if (this.#left) return;
      throw error;
    }
    const main = this.#session.tty ? "output" : "stdout";
    if (this.#stream !== "all") this.#names = [this.#stream === "main" ? main : this.#stream];
    if (!this.#left) this.#release = this.#session.output.consume(this.#names);
  }

  async #read(): Promise<OutputChunk | undefined> {
    try {
      return await this.#session.output.next(this.#names, this.#isLeft);
    } catch (error) {
      this.#left = true;
      this.#release?.();
      throw error;
    }
  }
}
