import type { Readable } from "node:stream";
import { writeQuietly } from "../write-quietly.js";

/**
 * Runs `start`, which may start Node's loader thread, and takes that thread's output off a pipe. A pipe listens for
 * errors of its destination and then raises them anew, so that an application whose reader is gone (`app | head`)
 * would die by its next `console.log`, which otherwise looks away.
 */
export function withoutPipes(start: () => void): void {
  const undo = [process.stdout, process.stderr].map((stream) => {
    const onPipe = (source: Readable) => {
      source.unpipe(stream);
      // Other loaders may share the thread, and print.
      source.on("data", (text: Uint8Array) => writeQuietly(stream, text));
    };
    stream.on("pipe", onPipe);
    return () => stream.removeListener("pipe", onPipe);
  });
  try {
    start();
  } finally {
    for (const step of undo) step();
  }
}
