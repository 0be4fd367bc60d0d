import { STDIN_EOF_FRAME, stdinFrame } from "./frames.js";

/** The server reads messages of about this size. */
const SLICE = 32 * 1024;
/** Bytes on their way to the system at which writers wait. */
const HIGH_WATER = 1024 * 1024;

interface Sink {
  readonly bufferedAmount: number;
  send(data: Uint8Array, flushed?: (error?: Error | null) => void): void;
}

/** What a command can be fed with. */
export type StdinChunk = string | Uint8Array;

/** Sends input in order, in slices, and no faster than the connection takes it. */
export class StdinWriter {
  readonly #sink: Sink;
  readonly #tty: boolean;
  #tail: Promise<void> | undefined;
  /** Bytes handed to the connection. */
  sent = 0;
  ended = false;

  constructor(sink: Sink, tty: boolean) {
    this.#sink = sink;
    this.#tty = tty;
  }

  /** Resolves when the connection can take more; rejects when it ended first. */
  write(data: StdinChunk): Promise<void> {
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    return this.#enqueue(() => this.#send(bytes));
  }

  end(): Promise<void> {
    this.ended = true;
    return this.#enqueue(() => this.#flush(STDIN_EOF_FRAME));
  }

  /** Runs at once when nothing is queued: a control frame sent next must not overtake it. */
  #enqueue(work: () => Promise<void>): Promise<void> {
    const run = this.#tail === undefined ? work() : this.#tail.then(work);
    const tail = run
      .catch(() => undefined)
      .then(() => {
        if (this.#tail === tail) this.#tail = undefined;
      });
    this.#tail = tail;
    return run;
  }

  async #send(bytes: Uint8Array): Promise<void> {
    for (let start = 0; start < bytes.byteLength; start += SLICE) {
      const slice = bytes.subarray(start, start + SLICE);
      this.sent += slice.byteLength;
      await this.#flush(stdinFrame(slice, this.#tty));
    }
  }

  #flush(frame: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#sink.send(frame, (error) => (error ? reject(error) : resolve()));
      if (this.#sink.bufferedAmount < HIGH_WATER) resolve();
    });
  }
}
