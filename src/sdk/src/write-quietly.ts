const ignore = () => {};

/** How many writes to a stream are under way. */
const writing = new WeakMap<NodeJS.WritableStream, number>();

/** Writes to a stream whose reader may be gone, which would otherwise end the application. */
export function writeQuietly(stream: NodeJS.WritableStream, text: string | Uint8Array): void {
  // One listener for all writes: Node warns of more than ten.
  if (!writing.has(stream)) stream.on("error", ignore);
  writing.set(stream, (writing.get(stream) ?? 0) + 1);
  const done = () => {
    const left = (writing.get(stream) ?? 0) - 1;
    if (left > 0) {
      writing.set(stream, left);
      return;
    }
    writing.delete(stream);
    stream.removeListener("error", ignore);
  };
  // The error, if there is one, is emitted right after the callback.
  stream.write(text, () => setImmediate(done));
}
