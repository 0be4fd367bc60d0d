/** Writes to a stream whose reader may be gone, which would otherwise end the application. */
export function writeQuietly(stream: NodeJS.WritableStream, text: string): void {
  const ignore = () => {};
  stream.once("error", ignore);
  // The error, if there is one, is emitted right after the callback.
  stream.write(text, () => setImmediate(() => stream.removeListener("error", ignore)));
}
