const ignore = () => {};

/** Number of pending writes per stream. */
const writing = new WeakMap<NodeJS.WritableStream, number>();

/** Writes to a stream whose reader may be gone, which would otherwise crash the application. */
export function writeQuietly(stream: NodeJS.WritableStream, text: string | Uint8Array): void {
  // One listener for all writes, because Node warns about more than ten.
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
  // An error is emitted right after the callback.
  stream.write(text, () => setImmediate(done));
}
