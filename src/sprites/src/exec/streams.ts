import { Readable, Writable } from "node:stream";
import { ReadableStream, WritableStream } from "node:stream/web";
import type { OutputIterator } from "./output-iterator.js";
import type { StdinChunk } from "./stdin-writer.js";

/** Where a stream of input goes. */
export interface StdinTarget {
  write(data: StdinChunk): Promise<void>;
  end(): Promise<void>;
  /** Ends the input that was begun: the stream failed, and no more comes. */
  abandon(): void;
}

/** Pulls only when somebody reads. Destroying it lets go of the output. */
export function nodeReadable(output: OutputIterator): Readable {
  return new Readable({
    read() {
      output.next().then(
        (step) => this.push(step.value?.data ?? null),
        (error: Error) => this.destroy(error),
      );
    },
    destroy(error, done) {
      output.return().then(
        () => done(error),
        () => done(error),
      );
    },
  });
}

/** Holds nothing back: one pull, one chunk. */
export function webReadable(output: OutputIterator): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value } = await output.next();
        if (value === undefined) controller.close();
        else controller.enqueue(value.data);
      },
      async cancel() {
        await output.return();
      },
    },
    { highWaterMark: 0 },
  );
}

/** As with a pipe, a source that fails half-way ends the input: the command must not wait for the rest for ever. */
export function nodeWritable(stdin: StdinTarget): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => void stdin.write(chunk).then(() => done(), done),
    final: (done) => void stdin.end().then(() => done(), done),
    destroy(error, done) {
      stdin.abandon();
      done(error);
    },
  });
}

/** As `nodeWritable`. */
export function webWritable(stdin: StdinTarget): WritableStream<StdinChunk> {
  return new WritableStream<StdinChunk>({
    write: (chunk) => stdin.write(chunk),
    close: () => stdin.end(),
    abort: () => stdin.abandon(),
  });
}
